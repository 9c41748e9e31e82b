/** Puts the footage folder and the catalogue in order, beside the recording: what was left is taken in or set aside. */
import { readdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pause, type Service } from '../../core/process/service.js'
import { isDayFolder, parseBootFolder } from '../../core/ride/footage.js'
import type { SegmentFile } from '../../core/store/footage-order.js'
import { footageFileOf } from './footage-name.js'
import { createFoundVideo } from './found-video.js'
import { clearLeftover } from './leftovers.js'
import type { OrderOptions, Pauses } from './order-options.js'
import { takeInOrphans, waitForItsRecorder } from './orphans.js'
import { isThere, sizeOf } from './set-aside.js'
import { createTwoFiles } from './two-files.js'

const PAUSES: Pauses = { betweenStepsMs: 50, secondLookMs: 2_000 }
/** A card that fails everywhere is no matter of single files. */
const MOST_FAILURES = 20
const A_DAY_MS = 86_400_000

/** Runs once; after that it only waits for the end. */
export const folderOrder = (options: OrderOptions): Service => ({
  name: 'folder order',
  run: async (signal) => {
    await putInOrder(options, signal)
    while (!signal.aborted) await pause(A_DAY_MS, signal)
  },
})

/**
 * What recorders left open first, then what a power cut cost, then all folders, the newest first. Killed at any moment and
 * begun again it comes to the same end. One file's trouble holds up no other: it is told, and looked at again at the next start.
 * @throws where more than 20 files give trouble
 */
export async function putInOrder(options: OrderOptions, signal: AbortSignal): Promise<void> {
  const { footage, bootNumber, store, isFromBefore, log } = options
  const pauses = options.pauses ?? PAUSES
  const lastBootInOrder = await store.lastBootInOrder()
  if (lastBootInOrder === null || options.isRestored) await options.rebuild(signal)
  if (signal.aborted) return
  options.onCatalogueWhole()
  const { lookAtFile, lookAtLost, swept } = looks(options, signal)

  /** One small step, alone with its trouble. */
  const step = async (file: string, work: () => Promise<void>): Promise<void> => {
    if (signal.aborted) return
    try {
      await work()
    } catch (error) {
      log.error('the footage folder could not be put in order here', { file, error })
      if (++failures > MOST_FAILURES) throw error
    }
    await pause(pauses.betweenStepsMs, signal)
  }

  const lookAtFolder = async (folder: string): Promise<void> => {
    const boot = parseBootFolder(folder)
    const isOld = ({ camera, number }: { readonly camera: string; readonly number: number }): boolean =>
      boot !== bootNumber || isFromBefore(camera, number)
    // The rows first: what is written meanwhile is then a file too many, and is asked about again one by one.
    const rows = (await store.segmentsInFolder(folder)).filter(isOld)
    const files = (await namesIn(join(footage, folder))).map((name) => `${folder}/${name}`)
    const ofFile = new Map(rows.map((row) => [row.file, row]))
    for (const file of files) {
      const found = footageFileOf(file)
      if (found === null || !isOld(found.name) || (await isInOrder(file, ofFile.get(file)))) continue
      await step(file, () => lookAtFile(file, false))
    }
    const there = new Set(files)
    for (const row of rows) if (!there.has(row.file)) await step(row.file, () => lookAtLost(row))
    // Only an empty one goes.
    if (boot !== null && boot < bootNumber && files.length === 0) await rmdir(join(footage, folder)).catch(() => {})
  }

  /** What was in order once stays so; of what was recorded since the last bytes may be missing. */
  const isInOrder = async (file: string, row: SegmentFile | undefined): Promise<boolean> => {
    if (row === undefined || row.state === 'swept') return false
    if (row.bootNumber < (lastBootInOrder ?? 0)) return true
    return ((await sizeOf(join(footage, file))) ?? 0) >= row.sizeBytes
  }

  const isLeft = (segment: {
    readonly bootNumber: number
    readonly camera: string
    readonly number: number
  }): boolean => segment.bootNumber !== bootNumber || isFromBefore(segment.camera, segment.number)
  let failures = await takeInOrphans(footage, bootNumber, store, log, isLeft, signal)
  options.onMended()
  const folders = [...new Set([...(await readdir(footage)), ...(await store.foldersOfFootage())])].sort().reverse()
  const lookAtDays = async (): Promise<void> => {
    for (const folder of folders.filter(isDayFolder)) await step(folder, () => lookAtFolder(folder))
  }
  // A new catalogue takes in what was tagged before the bytes that were recorded: they would be tagged again, without the track
  // that went with the old one, over the file that has it.
  if (lastBootInOrder === null) await lookAtDays()
  for (const folder of folders.filter((name) => parseBootFolder(name) !== null)) {
    await step(folder, () => lookAtFolder(folder))
  }
  if (signal.aborted) return
  await store.settlePowerCut(bootNumber)
  await options.onSettled()
  if (lastBootInOrder !== null) await lookAtDays()
  if (swept.size > 0) await pause(pauses.secondLookMs, signal)
  // Tagged files come first: their old bytes may lie here, too.
  for (const file of [...swept].sort()) await step(file, () => lookAtFile(file, true))
  if (!signal.aborted && failures === 0) await store.footageIsInOrder(bootNumber)
}

/** What is done with one file, and with one row: each asks anew how things are. */
function looks(options: OrderOptions, signal: AbortSignal) {
  const { footage, bootNumber, store, isBusyWith, log } = options
  const found = createFoundVideo(options)
  const two = createTwoFiles(options)
  const swept = new Set<string>()

  return {
    /** Files of segments that were swept, for a second look. */
    swept,

    lookAtFile: async (file: string, isSecondLook: boolean): Promise<void> => {
      const footageFile = footageFileOf(file)
      if (footageFile === null || isBusyWith(footageFile.id)) return
      const { kind, id } = footageFile
      if (kind === 'recording' && footageFile.boot === bootNumber) await waitForItsRecorder(join(footage, file), signal)
      const segment = await store.segment(id)
      if (signal.aborted || !(await isThere(join(footage, file)))) return
      if (kind === 'leftover') return clearLeftover(footage, file, segment, log)
      if (segment === null) {
        if (kind === 'tagged') return found.takeInTagged(file, footageFile.name)
        return found.takeInRecording(file, footageFile.name, footageFile.boot)
      }
      if (segment.state === 'recording' || segment.fileAsRecorded === file) return
      if (segment.state === 'swept' && !isSecondLook) return void swept.add(file)
      if (segment.file !== file) return two.decide(segment, file)
      return segment.state === 'swept' ? two.bringBack(segment) : two.measure(segment)
    },

    lookAtLost: async ({ id, file }: SegmentFile): Promise<void> => {
      const segment = await store.segment(id)
      const hasVideo = segment?.state === 'recorded' || segment?.state === 'tagged'
      if (segment === null || segment.file !== file || !hasVideo || isBusyWith(id)) return
      if (!(await isThere(join(footage, file)))) await two.findLost(segment)
    },
  }
}

/** The files of a folder, in order; none where it is gone. @throws where it cannot be read */
async function namesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile())
    return files.map(({ name }) => name).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
