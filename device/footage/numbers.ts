/** Numbers of segments: never one that a row or a file, of whatever boot and set aside or not, has had already. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { bootFolder, isDayFolder, parseBootFolder, parseUsedNumber } from '../../core/ride/footage.js'
import type { Store } from '../../core/store/store.js'
import { parseRecordName, RECORDS } from './records/names.js'

export interface Numbers {
  /** The number a recorder of this camera begins with. */
  readonly next: (camera: string) => Promise<number>
  /** Whether a segment is from before this run of the device: what it has begun since has higher numbers. */
  readonly isFromBefore: (camera: string, number: number) => boolean
}

type NumbersStore = Pick<Store, 'lastBootInOrder' | 'lastSegmentNumber'>

/**
 * Finds out which numbers are used. The catalogue knows those of all boots up to the last in which the footage folder was put
 * in order; only of later ones a file may lie here whose row never reached the card, or of any where the catalogue is new.
 * @param cameras those that will record
 */
export async function openNumbers(
  footage: string,
  bootNumber: number,
  cameras: readonly string[],
  store: NumbersStore,
): Promise<Numbers> {
  const used = await highestNumbers(footage, await store.lastBootInOrder())
  const folder = join(footage, bootFolder(bootNumber))
  const first = new Map<string, number>()
  for (const camera of cameras) {
    first.set(camera, Math.max(used.get(camera) ?? 0, await store.lastSegmentNumber(camera)) + 1)
  }
  return {
    next: async (camera) => {
      const lastKnown = Math.max((first.get(camera) ?? 1) - 1, await store.lastSegmentNumber(camera))
      return nextFileNumber(folder, camera, lastKnown)
    },
    isFromBefore: (camera, number) => number < (first.get(camera) ?? Number.POSITIVE_INFINITY),
  }
}

/** The number after the highest any file in the folder has: a row may be missing where the power went away first. */
export async function nextFileNumber(folder: string, camera: string, lastKnown: number): Promise<number> {
  const numbers = (await readdir(folder)).map(parseUsedNumber).filter((name) => name?.camera === camera)
  return numbers.reduce((highest, name) => Math.max(highest, name?.number ?? 0), lastKnown) + 1
}

/** The highest boot whose folder or record lies here, 0 where there is none: a catalogue begun anew counts on from it. */
export async function highestBootFolder(footage: string): Promise<number> {
  const folders = (await readdir(footage)).map((name) => parseBootFolder(name) ?? 0)
  // Without a folder of records there are none; one that cannot be read keeps nothing from being recorded.
  const records = (await readdir(join(footage, RECORDS)).catch(() => [])).map(parseRecordName)
  const recorded = records.map((found) => (found?.kind === 'boot' || found?.kind === 'anchors' ? Number(found.id) : 0))
  return Math.max(0, ...folders, ...recorded)
}

async function highestNumbers(footage: string, lastBootInOrder: number | null): Promise<Map<string, number>> {
  const folders = (await readdir(footage)).filter((name) => {
    const boot = parseBootFolder(name)
    return lastBootInOrder === null ? boot !== null || isDayFolder(name) : boot !== null && boot >= lastBootInOrder
  })
  const highest = new Map<string, number>()
  for (const folder of folders) {
    // One that cannot be read does not keep the others from being recorded beside.
    for (const name of await readdir(join(footage, folder)).catch(() => [])) {
      const used = parseUsedNumber(name)
      if (used !== null) highest.set(used.camera, Math.max(highest.get(used.camera) ?? 0, used.number))
    }
  }
  return highest
}
