/** Rebuilds a lost catalogue from what lies beside the footage: each record that is sound is taken in, each other is told. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../../core/process/log.js'
import { pause } from '../../../core/process/service.js'
import { isDayFolder, parseBootFolder } from '../../../core/ride/footage.js'
import type { BootRecord, IncidentRecord, RideRecord } from '../../../core/store/record-shapes.js'
import { type Step, type Store, step } from '../../../core/store/store.js'
import { anchorIn, bootIn, fixIn, incidentIn, rideIn } from './checking.js'
import { RECORDS } from './names.js'
import { openRecordFolder, type RecordFolder } from './record-folder.js'
import { segmentRecordIn } from './segment-reading.js'
import { settingIn } from './setting-checking.js'

export interface RebuildOptions {
  /** Absolute path of the footage folder. */
  readonly footage: string
  /** Of what is recorded now: nothing of it, or later, is taken from records. */
  readonly bootNumber: number
  /** Whether a segment was begun before this run of the device. */
  readonly isFromBefore: (camera: string, number: number) => boolean
  readonly store: Pick<
    Store,
    'takeInAnchors' | 'takeInBoot' | 'takeInFixes' | 'takeInIncident' | 'takeInRide' | 'takeInSetting' | 'together'
  >
  /** Whether the catalogue was restored from a time before: where it differs, what lies beside the footage counts. */
  readonly recordsAreNewer: boolean
  /** A record that is not taken in, relative to the footage folder, and why. */
  readonly unreadable: (file: string, reason: string) => void
  /** So that the card has time for the recorders. */
  readonly betweenMs: number
}

const SEGMENTS_AT_ONCE = 100

/**
 * Takes in what is not there yet; killed at any moment and begun again it comes to the same end.
 * @returns the boots in which the footage folder was put in order
 * @throws where the folder cannot be read, or the catalogue not be written
 */
export async function rebuildCatalogue(options: RebuildOptions, signal: AbortSignal): Promise<number[]> {
  const { footage, bootNumber, unreadable } = options
  const folder = await openRecordFolder(footage, unreadable)
  await takeInSettings(options, folder)
  const boots = await takeInBoots(options, folder, signal)
  await takeInRides(options, folder, signal)
  await takeInIncidents(options, folder, signal)
  await takeInSegments(options, signal)
  const growing = boots.flatMap(({ number, growing }) =>
    growing
      .filter((segment) => options.isFromBefore(segment.camera, segment.number))
      .map((segment) => step('takeInGrowing', number, segment)),
  )
  if (growing.length > 0 && !signal.aborted) await options.store.together(growing)
  return boots.filter(({ number, inOrder }) => inOrder && number < bootNumber).map(({ number }) => number)
}

async function takeInSettings({ store, recordsAreNewer }: RebuildOptions, folder: RecordFolder): Promise<void> {
  for await (const setting of folder.read('setting', ({ name }) => name, settingIn))
    await store.takeInSetting(setting, recordsAreNewer)
}

async function takeInBoots(
  { bootNumber, store, recordsAreNewer, betweenMs }: RebuildOptions,
  folder: RecordFolder,
  signal: AbortSignal,
): Promise<BootRecord[]> {
  const boots = new Map<number, BootRecord>()
  for (const id of folder.ids('anchors')) boots.set(Number(id), namelessBoot(Number(id)))
  for await (const boot of folder.read('boot', ({ number }) => String(number), bootIn)) boots.set(boot.number, boot)
  // The last one knows best what this device is called.
  const taken = [...boots.values()].filter(({ number }) => number < bootNumber).sort((a, b) => b.number - a.number)
  for (const boot of taken) {
    if (signal.aborted) break
    // Its number may have become another's.
    if (!(await store.takeInBoot(boot, recordsAreNewer))) continue
    for await (const lines of folder.pages('anchors', String(boot.number), anchorIn)) {
      const own = lines.filter(([number]) => number === boot.number)
      await store.takeInAnchors(boot.number, own)
    }
    await pause(betweenMs, signal)
  }
  return taken
}

async function takeInRides(
  { bootNumber, store, recordsAreNewer, unreadable, betweenMs }: RebuildOptions,
  folder: RecordFolder,
  signal: AbortSignal,
): Promise<void> {
  const rides: RideRecord[] = []
  for await (const ride of folder.read('ride', ({ id }) => id, rideIn)) {
    if (Math.max(ride.bootNumber, ride.lastBootNumber) < bootNumber) rides.push(ride)
    else unreadable(`${RECORDS}/ride-${ride.id}.json`, 'it is of a boot that has not been yet')
  }
  for (const ride of rides.sort((a, b) => a.number - b.number)) {
    if (signal.aborted) return
    const isNew = await store.takeInRide(ride, recordsAreNewer)
    for await (const lines of folder.pages('fixes', ride.id, fixIn)) {
      await store.takeInFixes(ride.id, lines, isNew)
      await pause(betweenMs, signal)
      if (signal.aborted) return
    }
  }
}

async function takeInIncidents(
  { bootNumber, store, recordsAreNewer, betweenMs }: RebuildOptions,
  folder: RecordFolder,
  signal: AbortSignal,
): Promise<void> {
  const incidents: IncidentRecord[] = []
  for await (const incident of folder.read('incident', ({ id }) => id, incidentIn)) incidents.push(incident)
  for (const incident of incidents.sort((a, b) => a.number - b.number)) {
    if (signal.aborted) return
    const spans = incident.spans.filter((span) => span.bootNumber < bootNumber)
    if (incident.bootNumber < bootNumber) await store.takeInIncident({ ...incident, spans }, recordsAreNewer)
    await pause(betweenMs, signal)
  }
}

/** The tagged ones first: what their boot's folder says is from before. */
async function takeInSegments(options: RebuildOptions, signal: AbortSignal): Promise<void> {
  const { footage, bootNumber, isFromBefore, store, recordsAreNewer, unreadable, betweenMs } = options
  const folders = (await readdir(footage)).sort()
  const ours = [...folders.filter(isDayFolder), ...folders.filter((name) => parseBootFolder(name) !== null)]
  for (const folder of ours) {
    // A folder that cannot be read holds up no other: the footage folder is put in order afterwards, and says so.
    const names = (await readdir(join(footage, folder)).catch(() => [])).filter((name) => name.endsWith('.json')).sort()
    for (let from = 0; from < names.length; from += SEGMENTS_AT_ONCE) {
      if (signal.aborted) return
      const files = names.slice(from, from + SEGMENTS_AT_ONCE).map((name) => `${folder}/${name}`)
      const read = await Promise.all(files.map((file) => segmentRecordIn(footage, file, bootNumber)))
      const steps: Step[] = []
      for (const [index, found] of read.entries()) {
        if (found === null) continue
        if (found.reason !== null) unreadable(files[index] ?? folder, found.reason)
        else if (isFromBefore(found.row.camera, found.row.number))
          steps.push(step('takeInSegmentRecord', found.row, recordsAreNewer))
      }
      if (steps.length > 0) await store.together(steps)
      await pause(betweenMs, signal)
    }
  }
}

export interface RebuildBeside extends Omit<RebuildOptions, 'betweenMs' | 'recordsAreNewer' | 'store' | 'unreadable'> {
  readonly store: RebuildOptions['store'] & Pick<Store, 'endRidesOfOtherBoots' | 'notePowerCut'>
  /** The catalogue was restored from a time before. */
  readonly isRestored: boolean
  readonly log: Log
}

const BETWEEN_MS = 50

/** The same beside a device that records: what other boots left open ends as it does at every start. */
export async function rebuildBeside(
  { isRestored, log, ...options }: RebuildBeside,
  signal: AbortSignal,
): Promise<void> {
  const { bootNumber, store } = options
  const unreadable = (file: string, reason: string): void =>
    log.warn('a record beside the footage cannot be read', { file, reason })
  await rebuildCatalogue({ ...options, recordsAreNewer: isRestored, unreadable, betweenMs: BETWEEN_MS }, signal)
  if (signal.aborted) return
  await store.notePowerCut(bootNumber)
  await store.endRidesOfOtherBoots(bootNumber)
}

/** One whose own record is lost: its anchors date what it recorded all the same. */
const namelessBoot = (number: number): BootRecord => ({
  number,
  bootId: `boot ${number} of a lost catalogue`,
  deviceId: null,
  closed: true,
  inOrder: false,
  recordingWord: null,
  powerCut: null,
  growing: [],
})
