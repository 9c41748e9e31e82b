/** Keeps passwords out of addresses that are told: in logs, in faults of the settings, and in what doctor shows. */

/**
 * Only scheme, host and port are shown: cameras take passwords before the host, in the query, and even in the path.
 * Anything that is no network address is shown as it is.
 */
export function shownAddress(address: string): string {
  const [, scheme, rest] = /^(rtsps?:\/\/)(.*)$/s.exec(address) ?? []
  return scheme === undefined || rest === undefined ? address : `${scheme}${hostOf(rest)}/…`
}

/** A text in which somebody wrote an address with a password; its scheme may be misspelt, and stays as it is. */
export const withoutAddresses = (text: string): string =>
  text.replace(
    /\b(?!file:|replay:)(\w+:\/\/?)([^\s'"]*@[^\s'",]*)/g,
    (_, scheme: string, rest: string) => `${scheme}${hostOf(rest)}/…`,
  )

/**
 * What somebody wrote where something else was expected, a text or texts within lists and groups. Whatever holds a
 * password in the way of an address shows its host alone: however its beginning is misspelt, and whatever the password
 * is made of.
 * @param levels how deep it is looked into: what YAML names may hold itself
 */
export function shownValue(value: unknown, levels = 4): unknown {
  if (typeof value === 'string') return shownText(value)
  if (typeof value !== 'object' || value === null) return value
  if (levels === 0) return '…'
  if (Array.isArray(value)) return value.map((one) => shownValue(one, levels - 1))
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [shownText(name), shownValue(one, levels - 1)]))
}

export function shownText(text: string): string {
  const scheme = /^[\w.+-]+:\/+/.exec(text)?.[0] ?? ''
  if (/[:/].*@/s.test(text)) return `${scheme}${hostOf(text)}/…`
  // Without an @ it may stand in the query, or in a path that looks like one.
  const [, before = '', rest] = /^(.*?(?<!\/)\/\/)([^/].*[?&=].*)$/s.exec(text) ?? []
  return rest === undefined ? text : `${before}${hostOf(rest)}/…`
}

/** A password may hold a slash or another @ that nobody has written as %2F or %40: the last @ ends it. */
function hostOf(rest: string): string {
  const host = rest.slice(rest.lastIndexOf('@') + 1)
  return /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)?(:\d+)?/.exec(host)?.[0] ?? ''
}
