/** Pages of a list by key: a cursor holds where the page before ended, so that a page costs the same wherever it lies. */

export interface Listing {
  readonly limit: number
  /** As a page before gave it; null for the first page. */
  readonly cursor: string | null
}

export interface Listed<Item> {
  readonly items: Item[]
  /** Null on the last page. */
  readonly next: string | null
}

/** A cursor that no page of ours gave out. */
export class UnknownCursor extends Error {}

type Key = readonly (string | number)[]

/** Makes a page of rows that were asked for with one more than the limit. */
export function listed<Row, Item>(
  rows: readonly Row[],
  limit: number,
  itemOf: (row: Row) => Item,
  keyOf: (row: Row) => Key,
): Listed<Item> {
  const last = rows.length > limit ? rows[limit - 1] : undefined
  const next = last === undefined ? null : Buffer.from(JSON.stringify(keyOf(last))).toString('base64url')
  return { items: rows.slice(0, limit).map(itemOf), next }
}

/** The key a cursor stands for, null for the first page. @throws UnknownCursor where it has not as many finite parts */
export function positionOf(cursor: string | null, parts: number): Key | null {
  if (cursor === null) return null
  const key = keyIn(cursor)
  const isKey =
    Array.isArray(key) && key.length === parts && key.every((part) => typeof part === 'string' || Number.isFinite(part))
  if (!isKey) throw new UnknownCursor(`${cursor.slice(0, 40)} is no cursor of this list`)
  return key
}

function keyIn(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return null // Not JSON: no cursor, which the caller says.
  }
}
