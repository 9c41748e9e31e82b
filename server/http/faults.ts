/** Says in words what of a value its schema does not allow, however deep it lies, and what is allowed there. */
import type { TSchema } from 'typebox'
import { Check } from 'typebox/value'

/** What these schemas are made of. */
interface Constraints {
  readonly type?: string
  readonly description?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly enum?: readonly string[]
  readonly const?: string
  readonly maxLength?: number
  readonly anyOf?: readonly Constraints[]
  readonly properties?: Readonly<Record<string, Constraints>>
  readonly required?: readonly string[]
  readonly additionalProperties?: unknown
  readonly items?: Constraints
  readonly maxItems?: number
}

/** Whoever sends more is told of the first. */
const MOST_FAULTS = 10

/** @param path what the value is called, such as privacy.zones[0].latDeg */
export function faultsIn(schema: TSchema, value: unknown, path: string): string[] {
  const faults = Check(schema, value) ? [] : within(schema as Constraints, value, path)
  return faults.slice(0, MOST_FAULTS)
}

/** Ends the sentence "must be ...". */
export function allowedBy(schema: Constraints): string {
  if (schema.description !== undefined) return schema.description
  if (schema.enum !== undefined) return `one of ${schema.enum.join(', ')}`
  if (schema.const !== undefined) return schema.const
  if (schema.anyOf !== undefined) return schema.anyOf.map(allowedBy).join(' or ')
  switch (schema.type) {
    case 'integer':
      return `a whole number from ${schema.minimum} to ${schema.maximum}`
    case 'number':
      return `a number from ${schema.minimum} to ${schema.maximum}`
    case 'string':
      return `a text of at most ${schema.maxLength} characters`
    case 'array':
      return `a list of at most ${schema.maxItems}`
    case 'object':
      return `an object with ${Object.keys(schema.properties ?? {}).join(', ')}`
    default:
      return schema.type ?? 'something else'
  }
}

/** A name somebody else chose is told shortened: it may be long. */
export const unknown = (name: string): string => `${name.slice(0, 40)} is not known here`

export const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function within(schema: Constraints, value: unknown, path: string): string[] {
  const { properties, items, required = [], maxItems = Number.POSITIVE_INFINITY } = schema
  if (properties !== undefined && isObject(value)) {
    const missing = required.filter((name) => !Object.hasOwn(value, name))
    return [
      ...missing.map((name) => `${path}.${name} is missing: must be ${allowedBy(properties[name] ?? {})}`),
      ...Object.entries(value).flatMap(([name, part]) => {
        const known = Object.hasOwn(properties, name) ? properties[name] : undefined
        if (known !== undefined) return faultsIn(known as TSchema, part, `${path}.${name}`)
        return schema.additionalProperties === false ? [`${path}.${unknown(name)}`] : []
      }),
    ]
  }
  if (items !== undefined && Array.isArray(value) && value.length <= maxItems)
    return value.flatMap((item: unknown, at) => faultsIn(items as TSchema, item, `${path}[${at}]`))
  return [`${path} must be ${allowedBy(schema)}`]
}
