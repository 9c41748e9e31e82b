/** Checks what a request carries against its schema, and says which part is wrong and what is allowed. */
import type { FastifySchemaCompiler } from 'fastify'
import type { TObject, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { allowedBy, faultsIn, isObject, unknown } from './faults.js'
import { Problem } from './problem.js'

interface Part {
  readonly name: string
  readonly isRequired: boolean
  readonly isNumber: boolean
  readonly allowed: string
  readonly check: (value: unknown) => boolean
  /** What is wrong with a value that does not pass. */
  readonly faults: (value: unknown) => readonly string[]
}

/**
 * For queries, parameters, headers, which are all flat objects here, and bodies. In a query unknown names are ignored, numbers are
 * plain decimals, and a name may stand once; in a body unknown names are refused where its schema says so, and where all of it is
 * optional, so is the body. Of the headers those stay that no schema names.
 */
export const checkedBySchema: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const { properties, required, additionalProperties } = schema as TObject & { additionalProperties?: unknown }
  const parts = Object.entries(properties).map(([name, part]) => partOf(name, part, required))
  const isText = httpPart !== 'body'
  const isOptional = !parts.some((part) => part.isRequired)
  return (sent: unknown) => {
    const given = sent === null && isOptional ? {} : sent
    if (!isObject(given)) return { error: new Problem(400, 'the body must be a JSON object') }
    const faults: string[] = []
    const value: Record<string, unknown> = httpPart === 'headers' ? { ...given } : {}
    for (const part of parts) {
      const fault = take(part, given, value, isText)
      if (fault !== null) faults.push(fault)
    }
    if (!isText && additionalProperties === false) {
      for (const name of Object.keys(given)) if (!Object.hasOwn(properties, name)) faults.push(unknown(name))
    }
    return faults.length > 0 ? { error: new Problem(400, faults.join('; ')) } : { value }
  }
}

/** Takes one part over into `value`; answers what is wrong with it, or null. */
function take(part: Part, given: object, value: Record<string, unknown>, isText: boolean): string | null {
  const { name, allowed } = part
  const sent: unknown = Object.hasOwn(given, name) ? Reflect.get(given, name) : undefined
  if (sent === undefined) return part.isRequired ? `${name} is missing: must be ${allowed}` : null
  if (isText && Array.isArray(sent)) return `${name} is given more than once`
  const meant = isText && part.isNumber ? numberIn(String(sent)) : sent
  if (!part.check(meant)) return part.faults(meant).join('; ')
  value[name] = meant
  return null
}

function partOf(name: string, schema: TSchema, required: readonly string[] | undefined): Part {
  const validator = Compile(schema)
  const { type } = schema as { type?: string }
  return {
    name,
    isRequired: required?.includes(name) ?? false,
    isNumber: type === 'integer' || type === 'number',
    allowed: allowedBy(schema),
    check: (value) => validator.Check(value),
    faults: (value) => faultsIn(schema, value, name),
  }
}

/** A plain decimal, else NaN, which no schema allows: an empty text, 0x10 or true are no numbers. */
const numberIn = (text: string): number => (/^-?\d{1,15}(\.\d{1,20})?$/.test(text) ? Number(text) : Number.NaN)
