/** What it takes to put the footage folder in order. */
import type { Log } from '../../core/process/log.js'
import type { Store } from '../../core/store/store.js'

export interface OrderOptions {
  /** Absolute path of the footage folder. */
  readonly footage: string
  readonly bootNumber: number
  readonly store: Pick<
    Store,
    | 'footageIsInOrder'
    | 'foldersOfFootage'
    | 'lastBootInOrder'
    | 'mendSegment'
    | 'removeSegment'
    | 'segment'
    | 'segmentBefore'
    | 'segmentsInFolder'
    | 'segmentsInState'
    | 'settlePowerCut'
    | 'takeInSegment'
  >
  /** Whether a segment was begun before this run of the device: all others belong to the recorders of now. */
  readonly isFromBefore: (camera: string, number: number) => boolean
  /** Whether a segment is being written about just now. */
  readonly isBusyWith: (id: string) => boolean
  /** The catalogue was restored from a time before: it does not know all that lies beside the footage. */
  readonly isRestored: boolean
  /** Takes in what lies beside the footage; where the footage folder was never in order the catalogue may have been lost. */
  readonly rebuild: (signal: AbortSignal) => Promise<unknown>
  /** Whatever lies beside the footage is in the catalogue. */
  readonly onCatalogueWhole: () => void
  /** Rows changed. */
  readonly onMended: () => void
  /** What a power cut cost is known. */
  readonly onSettled: () => Promise<void>
  readonly log: Log
  readonly pauses?: Pauses
}

/** So that the card has time for the recorders. */
export interface Pauses {
  readonly betweenStepsMs: number
  /** What retention sweeps loses its row before its file: such a file is looked at again so much later. */
  readonly secondLookMs: number
}
