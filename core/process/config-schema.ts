/** What a setting may be: a check, the words for what is allowed, and what holds where nobody names it. */
import { inspect } from 'node:util'
import { shownValue } from './address.js'

/*
 * Not built with the schema library of the HTTP shapes: loading that was measured to cost a process 19 MiB of memory and
 * a quarter of a second (x86), and its messages would have to be put into words here all the same.
 */
export interface Schema<Held> {
  /** Ends the sentence "must be ...". */
  readonly allowed: string
  /** What holds where nobody names it; undefined where somebody must. */
  readonly fallback: Held | undefined
  /** The schemas one level down, by name; empty for anything but a group. */
  readonly members: Members
  /** The value a flag or an environment variable stands for, not checked yet. */
  readonly fromText: (text: string) => unknown
  readonly check: (value: unknown, path: Path) => Checked<Held>
}

export type Members = Readonly<Record<string, Schema<unknown>>>

/** What a checked setting is, as a type. */
export type Value<Of> = Of extends Schema<infer Held> ? Held : never

/** From the top of the settings, such as cameras, 0, name. */
export type Path = readonly (string | number)[]

export type Checked<Held> =
  | { readonly ok: true; readonly value: Held }
  | { readonly ok: false; readonly faults: readonly SchemaFault[] }

export interface SchemaFault {
  readonly path: Path
  /** Goes on where the path left off: "is 0: must be a number from 2 to 3600". */
  readonly problem: string
}

interface NumberRange {
  readonly from: number
  readonly to: number
  readonly fallback?: number
  /** 1 allows whole numbers only, 2 even ones. */
  readonly step?: 1 | 2
}

export function number({ from, to, fallback, step }: NumberRange): Schema<number> {
  const what = step === 2 ? 'an even number' : step === 1 ? 'a whole number' : 'a number'
  const isAllowed = (value: unknown): value is number =>
    typeof value === 'number' && value >= from && value <= to && (step === undefined || value % step === 0)
  return leaf(`${what} from ${from} to ${to}`, fallback, isAllowed)
}

/** Any text, or one that passes a test told in words. */
export function text(allowed: string, isAllowed: (text: string) => boolean, fallback?: string): Schema<string> {
  const isAllowedText = (value: unknown): value is string => typeof value === 'string' && isAllowed(value)
  return { ...leaf(allowed, fallback, isAllowedText), fromText: (given) => given }
}

export function choice<const Choice extends string | number>(choices: readonly Choice[], fallback: Choice) {
  const isAllowed = (value: unknown): value is Choice => choices.some((one) => one === value)
  return leaf<Choice>(`one of ${choices.join(', ')}`, fallback, isAllowed)
}

export function yesOrNo(fallback: boolean): Schema<boolean> {
  return leaf('true or false', fallback, (value) => typeof value === 'boolean')
}

/** The same, or null, which also holds where nobody names it. */
export function orNull<Held>(schema: Schema<Held>): Schema<Held | null> {
  return {
    allowed: `null or ${schema.allowed}`,
    fallback: null,
    members: schema.members,
    fromText: (given) => (given === 'null' ? null : schema.fromText(given)),
    check: (value, path) => (value === null ? { ok: true, value } : schema.check(value, path)),
  }
}

interface ListOf<Item> {
  /** In the plural, for the words. */
  readonly of: string
  readonly item: Schema<Item>
  readonly most: number
  readonly fallback?: readonly Item[]
  /** The name that no two items may share; any may where this is left out. */
  readonly nameOf?: (item: Item) => string
}

export function list<Item>({ of, item, most, fallback, nameOf }: ListOf<Item>): Schema<readonly Item[]> {
  const allowed = `a list of ${of}, at most ${most}`
  const check = (value: unknown, path: Path): Checked<readonly Item[]> => {
    if (!Array.isArray(value) || value.length > most) return wrong(value, path, allowed)
    const checked = value.map((one: unknown, index) => item.check(one, [...path, index]))
    const faults = checked.flatMap((one) => (one.ok ? [] : one.faults))
    if (faults.length > 0) return { ok: false, faults }
    const items = checked.flatMap((one) => (one.ok ? [one.value] : []))
    const twice = nameOf === undefined ? null : firstTwice(items.map(nameOf))
    if (twice === null) return { ok: true, value: items }
    return {
      ok: false,
      faults: [{ path, problem: `has two ${inspect(twice)}: must be ${allowed}, each with its own name` }],
    }
  }
  return { allowed, fallback, members: {}, fromText, check }
}

/** Settings under one name. In YAML a group whose lines are all commented out is null: that is an empty one. */
export function group<Of extends Members>(members: Of): Schema<Group<Of>> {
  const allowed = `settings: ${Object.keys(members).join(', ')}`
  const check = (value: unknown, path: Path): Checked<Group<Of>> => {
    const given = value ?? {}
    if (!isGroup(given)) return wrong(value, path, allowed)
    const checked = Object.entries(members).map(([name, member]) => ({
      name,
      result: memberOf(given[name], name, member, path),
    }))
    const faults = [
      ...unknownNames(given, Object.keys(members), path),
      ...checked.flatMap(({ result }) => (result.ok ? [] : result.faults)),
    ]
    if (faults.length > 0) return { ok: false, faults }
    const values = checked.flatMap(({ name, result }) => (result.ok ? [[name, result.value]] : []))
    return { ok: true, value: Object.fromEntries(values) as Group<Of> }
  }
  const empty = check({}, [])
  return { allowed, fallback: empty.ok ? empty.value : undefined, members, fromText, check }
}

export type Group<Of extends Members> = { readonly [Name in keyof Of]: Value<Of[Name]> }

/** Whether a value holds further values by name. */
export function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A fault for every name that is no setting, with the one that was probably meant. */
export function unknownNames(given: object, known: readonly string[], path: Path): readonly SchemaFault[] {
  return Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const meant = known.find((one) => isNearly(one, name))
      return { path: [...path, name], problem: `is no setting${meant === undefined ? '' : `: did you mean ${meant}?`}` }
    })
}

function leaf<Held>(
  allowed: string,
  fallback: Held | undefined,
  isAllowed: (value: unknown) => value is Held,
): Schema<Held> {
  const check = (value: unknown, path: Path): Checked<Held> =>
    isAllowed(value) ? { ok: true, value } : wrong(value, path, allowed)
  return { allowed, fallback, members: {}, fromText, check }
}

function memberOf(value: unknown, name: string, member: Schema<unknown>, path: Path): Checked<unknown> {
  if (value !== undefined) return member.check(value, [...path, name])
  if (member.fallback !== undefined) return { ok: true, value: member.fallback }
  return { ok: false, faults: [{ path: [...path, name], problem: `is missing: must be ${member.allowed}` }] }
}

function wrong(value: unknown, path: Path, allowed: string): Checked<never> {
  const told = inspect(shownValue(value), {
    depth: 1,
    breakLength: Number.POSITIVE_INFINITY,
    maxStringLength: 80,
    maxArrayLength: 3,
  })
  return { ok: false, faults: [{ path, problem: `is ${told}: must be ${allowed}` }] }
}

/** JSON where it is JSON, else the text itself, for the check to refuse. */
function fromText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Plain words such as manual are no JSON, and need not be.
    return text
  }
}

function firstTwice(names: readonly string[]): string | null {
  return names.find((name, index) => names.indexOf(name) < index) ?? null
}

/** Whether two names differ in letter case and separators only, or by one letter wrong, missing, too many or swapped. */
function isNearly(one: string, other: string): boolean {
  const [a, b] = [one, other].map((name) => name.toLowerCase().replace(/[-_ ]/g, '')) as [string, string]
  let same = 0
  while (same < a.length && a[same] === b[same]) same += 1
  const [restA, restB] = [a.slice(same), b.slice(same)]
  const swapped = `${restA[1] ?? ''}${restA[0] ?? ''}${restA.slice(2)}`
  return restA.slice(1) === restB || restA === restB.slice(1) || restA.slice(1) === restB.slice(1) || swapped === restB
}
