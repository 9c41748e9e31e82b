/** Refusals in words. */
import { describe, expect, it } from 'vitest'
import { problemWords } from '../../web/api.js'

describe('a refusal', () => {
  it.each([
    [409, { title: 'Conflict', detail: 'the ride is kept' }, 'the ride is kept'],
    [409, { title: 'Conflict' }, 'Conflict'],
    [401, { title: 'Unauthorized' }, 'This phone is not paired.'],
    [404, null, 'There is no such thing here.'],
    [429, '', 'Too many requests: wait a moment.'],
    [502, null, 'The server answered with fault 502.'],
    [500, { detail: 7 }, 'The server answered with fault 500.'],
  ])('with status %s and %j reads: %s', (status, body, words) => {
    expect(problemWords(status, body)).toBe(words)
  })
})
