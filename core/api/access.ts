/** Who may ask for what: the role a route demands, and who is behind a request. */

/** anyone: no session needed; viewer: whoever was shown a ride, or the owner; owner: a paired phone. */
export type Role = 'anyone' | 'viewer' | 'owner'

export type Visitor = Owner | Viewer

export interface Owner {
  readonly role: 'owner'
  readonly id: string
  readonly name: string
}

/** Sees one ride and changes nothing. */
export interface Viewer {
  readonly role: 'viewer'
  readonly id: string
  readonly name: string
  readonly rideId: string
}

/** How a visitor proved it: a browser sends its cookie by itself, for whichever page made the request. */
export interface SignedIn {
  readonly visitor: Visitor
  readonly by: 'bearer' | 'cookie'
}

/** What became of a code that was sent for pairing. `token` is told this once. */
export type PairingOutcome =
  | { readonly kind: 'paired'; readonly token: string }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'too-many'; readonly againInMs: number }

export const maySeeRide = (visitor: Visitor, rideId: string | null): boolean =>
  visitor.role === 'owner' || visitor.rideId === rideId
