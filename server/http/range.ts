/** The Range header (RFC 9110, 14): one range of bytes at a time; whatever asks for more gets the whole. */

export type Range =
  | { readonly kind: 'whole' }
  /** Both ends included. */
  | { readonly kind: 'part'; readonly from: number; readonly to: number }
  | { readonly kind: 'unsatisfiable' }

const WHOLE: Range = { kind: 'whole' }

/** What a header means for a file of this size. One that is not valid, of other units or of several ranges is ignored. */
export function rangeOf(header: string | undefined, sizeBytes: number): Range {
  const found = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(header?.trim() ?? '')
  const [first, last] = [found?.[1] ?? '', found?.[2] ?? '']
  if (first === '' && last === '') return WHOLE
  if (first === '') {
    const suffixBytes = Number(last)
    if (suffixBytes === 0 || sizeBytes === 0) return { kind: 'unsatisfiable' }
    return { kind: 'part', from: Math.max(0, sizeBytes - suffixBytes), to: sizeBytes - 1 }
  }
  const from = Number(first)
  const to = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1)
  if (last !== '' && Number(last) < from) return WHOLE
  return from >= sizeBytes ? { kind: 'unsatisfiable' } : { kind: 'part', from, to }
}

/** If-Range: the range holds only for the very bytes the other end has a part of; anything but their strong tag is no. */
export const isSameBytes = (ifRange: string | string[] | undefined, etag: string): boolean =>
  ifRange === undefined || ifRange === etag

/** If-None-Match: whether the other end has these bytes already. */
export function hasAlready(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes(etag) || tags.includes('*')
}
