/** What the thread that looks after the catalogue is asked to do, and what it says. */

export type CareTask =
  | { readonly kind: 'check'; readonly file: string }
  | {
      readonly kind: 'copy'
      readonly file: string
      readonly to: string
      /** Holds a 1 once nothing is written until it has begun; it fails where that does not come in time. */
      readonly mayBegin: SharedArrayBuffer
      readonly withinMs: number
    }

export type CareSaid =
  /** It waits for mayBegin. */
  | { readonly kind: 'ready' }
  /** Whatever is committed from now on is not in the copy. */
  | { readonly kind: 'begun' }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string; readonly code: string | undefined }
