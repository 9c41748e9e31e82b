/** Which Spokecam this is. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const PACKAGE = join(import.meta.dirname, '../../../package.json')

/** Name and version, such as `Spokecam 0.1.0`. */
export function softwareName(): string {
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { readonly version: string }
  return `Spokecam ${version}`
}
