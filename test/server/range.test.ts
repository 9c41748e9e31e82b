/** The Range header, byte for byte. */
import { describe, expect, it } from 'vitest'
import { hasAlready, isSameBytes, rangeOf } from '../../server/http/range.js'

const part = (from: number, to: number) => ({ kind: 'part', from, to })

describe('a range of 1,000 bytes', () => {
  it.each([
    [undefined, { kind: 'whole' }],
    ['bytes=0-0', part(0, 0)],
    ['bytes=0-999', part(0, 999)],
    ['bytes=200-', part(200, 999)],
    ['bytes=200-299', part(200, 299)],
    ['bytes=999-5000', part(999, 999)],
    ['bytes=-1', part(999, 999)],
    ['bytes=-1000', part(0, 999)],
    ['bytes=-5000', part(0, 999)],
    ['Bytes=1-2', part(1, 2)],
    ['bytes=1000-', { kind: 'unsatisfiable' }],
    ['bytes=1000-2000', { kind: 'unsatisfiable' }],
    ['bytes=-0', { kind: 'unsatisfiable' }],
    ['bytes=0-1,5-6', { kind: 'whole' }],
    [`bytes=${'0-1,'.repeat(500)}5-6`, { kind: 'whole' }],
    ['bytes=5-4', { kind: 'whole' }],
    ['bytes=-', { kind: 'whole' }],
    ['bytes=', { kind: 'whole' }],
    ['bytes=a-b', { kind: 'whole' }],
    ['bytes=--1', { kind: 'whole' }],
    ['bytes=1e2-', { kind: 'whole' }],
    ['items=0-1', { kind: 'whole' }],
    ['bytes=99999999999999999999-', { kind: 'whole' }],
  ])('asked for with %j is %j', (header, expected) => {
    expect(rangeOf(header, 1_000)).toEqual(expected)
  })

  it.each([
    ['bytes=0-', { kind: 'unsatisfiable' }],
    ['bytes=-5', { kind: 'unsatisfiable' }],
    [undefined, { kind: 'whole' }],
  ])('of an empty file, asked for with %j, is %j', (header, expected) => {
    expect(rangeOf(header, 0)).toEqual(expected)
  })
})

describe('a condition', () => {
  it.each([
    [undefined, true],
    ['"a"', true],
    ['"b"', false],
    ['W/"a"', false],
    ['Sat, 06 Jun 2026 08:00:00 GMT', false],
  ])('of If-Range %j on "a": %s', (header, expected) => {
    expect(isSameBytes(header, '"a"')).toBe(expected)
  })

  it.each([
    [undefined, false],
    ['"a"', true],
    ['W/"a"', true],
    ['"b", "a"', true],
    ['*', true],
    ['"b"', false],
  ])('of If-None-Match %j on "a": %s', (header, expected) => {
    expect(hasAlready(header, '"a"')).toBe(expected)
  })
})
