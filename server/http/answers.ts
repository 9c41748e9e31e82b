/** The answers a route may give, as its schema tells them: its own, and problems. */
import { type Static, type TSchema, Type } from 'typebox'
import { type Fixed, ProblemShape } from '../../core/api/shapes.js'

const problem = {
  description: 'a problem, RFC 9457',
  content: { 'application/problem+json': { schema: ProblemShape } },
}

export const json = <Shape extends TSchema>(shape: Shape) => ({
  200: Type.Unsafe<Fixed<Static<Shape>>>(shape),
  '4xx': problem,
  '5xx': problem,
})

/** The same for what was made by the request. */
export const created = <Shape extends TSchema>(shape: Shape) => ({
  201: Type.Unsafe<Fixed<Static<Shape>>>(shape),
  '4xx': problem,
  '5xx': problem,
})

/** The same for what was taken on, and is to be made. */
export const accepted = <Shape extends TSchema>(shape: Shape) => ({
  202: Type.Unsafe<Fixed<Static<Shape>>>(shape),
  '4xx': problem,
  '5xx': problem,
})

/** An answer that is a file of a type. */
export const file = (contentType: string, description: string) => ({
  200: { description, content: { [contentType]: { schema: Type.String() } } },
  '4xx': problem,
  '5xx': problem,
})

/** A file of a type that can be had in part. */
export const bytes = (contentType: string) => ({
  ...file(contentType, 'the whole file'),
  206: { description: 'one range of its bytes', content: { [contentType]: { schema: Type.String() } } },
})

export const nothing = { 204: Type.Null({ description: 'done' }), '4xx': problem, '5xx': problem }
