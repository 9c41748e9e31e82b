/** What tests use of the player that stands behind the fake cameras. */
export function framesOf(stream: Buffer): { readonly bytes: Buffer; readonly isKey: boolean }[]
