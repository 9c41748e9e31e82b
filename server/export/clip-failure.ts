/** Why a clip that was begun could not be made, in words for the rider. */

/** gone: a file of it was removed meanwhile; no-room: the card is full; hidden: no frame may be shown of what was asked for. */
export type FailureWhy = 'gone' | 'unreadable' | 'no-room' | 'hidden' | 'ffmpeg'

export class ClipFailure extends Error {
  readonly why: FailureWhy

  constructor(why: FailureWhy, message: string, cause?: unknown) {
    super(message, { cause })
    this.why = why
  }
}
