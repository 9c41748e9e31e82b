/** Boots and their anchors in the catalogue: how what was recorded by the monotonic clock gets its date. */
import { randomBytes } from 'node:crypto'
import type { Anchor, TimeSource } from '../ride/clock.js'
import type { Connection } from './connection.js'

export interface Boot {
  readonly bootNumber: number
  readonly deviceId: string
}

/** A point and its receiver may differ by this much before the receiver's own time is not taken for the point's. */
const RECEIVER_AGREES_WITHIN_MS = 1_000

export function readClock(database: Connection) {
  const anchors = database.prepare<[number], AnchorRow>(
    `SELECT bootId, monoMs, utcMinusMonoMs, uncertaintyMs, source FROM anchors
     JOIN boots ON boots.number = bootNumber WHERE bootNumber = ? ORDER BY monoMs`,
  )
  return {
    /** The anchors of one boot, in order. */
    anchorsOf: (bootNumber: number): Anchor[] => anchors.all(bootNumber),
  }
}

export function writeClock(database: Connection) {
  const boot = database.prepare<[string], { number: number }>('SELECT number FROM boots WHERE bootId = ?')
  const addBoot = database.prepare(
    'INSERT INTO boots (number, bootId) SELECT max(coalesce(max(number), 0), ?) + 1, ? FROM boots',
  )
  const openBoot = database.prepare('UPDATE boots SET closed = 0 WHERE number = ?')
  const closeBoot = database.prepare('UPDATE boots SET closed = 1 WHERE number = ?')
  const device = database.prepare<[], { id: string }>('SELECT id FROM device')
  const addDevice = database.prepare('INSERT INTO device (id) VALUES (?)')
  const addAnchor = database.prepare('INSERT OR REPLACE INTO anchors VALUES (?, ?, ?, ?, ?)')
  const hasSatellites = database.prepare<[number], { found: 1 }>(
    `SELECT 1 AS found FROM anchors WHERE bootNumber = ? AND source = 'satellites' LIMIT 1`,
  )
  const dateFixes = database.prepare(
    `UPDATE fixes SET utcMs = CASE
       WHEN abs(receiverUtcMs - (monoMs + @offset)) < ${RECEIVER_AGREES_WITHIN_MS} THEN receiverUtcMs
       ELSE CAST(round(monoMs + @offset) AS INTEGER) END
     WHERE utcMs IS NULL AND part = @bootNumber AND rideNumber IN (SELECT number FROM rides WHERE lastBootNumber >= @bootNumber)`,
  )
  const dateRides = database.prepare(
    `UPDATE rides SET timeSource = 'satellites', startedUtcMs = coalesce(
       (SELECT utcMs FROM fixes WHERE rideNumber = number AND leftOut IS NULL ORDER BY part, monoMs LIMIT 1),
       CAST(round(beganMonoMs + @offset) AS INTEGER))
     WHERE bootNumber = @bootNumber AND timeSource IS NOT 'satellites' AND source = 'device'`,
  )
  const dateEnds = database.prepare(
    `UPDATE rides SET endedUtcMs =
       (SELECT utcMs FROM fixes WHERE rideNumber = number AND leftOut IS NULL ORDER BY part DESC, monoMs DESC LIMIT 1)
     WHERE lastBootNumber = ? AND ended AND endedUtcMs IS NULL`,
  )
  const dateRidesByPhone = database.prepare(
    `UPDATE rides SET timeSource = 'phone', startedUtcMs = CAST(round(beganMonoMs + @offset) AS INTEGER)
     WHERE bootNumber = @bootNumber AND timeSource IS NULL AND source = 'device'`,
  )
  const word = database.prepare<[number], { isOn: number }>('SELECT isOn FROM recording WHERE bootNumber = ?')
  const keepWord = database.prepare('INSERT OR REPLACE INTO recording VALUES (?, ?)')
  const forgetWord = database.prepare('DELETE FROM recording WHERE bootNumber = ?')

  return {
    /**
     * The number of the boot with this id, a new one where it is not known yet, and the name of this device.
     * @param highestKnown a number above it is given: a catalogue that was lost and begun anew must not count over again what
     *   lies on the card
     * @param newDeviceId for a device that has no name yet
     */
    beginBoot: (bootId: string, highestKnown = 0, newDeviceId = randomDeviceId()): Boot => {
      const deviceId = device.get()?.id ?? newDeviceId
      if (device.get() === undefined) addDevice.run(deviceId)
      const bootNumber = boot.get(bootId)?.number ?? Number(addBoot.run(highestKnown, bootId).lastInsertRowid)
      openBoot.run(bootNumber)
      return { bootNumber, deviceId }
    },

    /** The device ended as it should, and nothing was being recorded any more. */
    closeBoot: (bootNumber: number): void => {
      closeBoot.run(bootNumber)
    },

    /**
     * Keeps an anchor. The first of a receiver dates what this boot recorded before it was known; a phone's dates rides until a
     * receiver does, and no fix.
     */
    addAnchor: (bootNumber: number, anchor: Anchor): void => {
      const isFirst = hasSatellites.get(bootNumber) === undefined
      addAnchor.run(bootNumber, anchor.monoMs, anchor.utcMinusMonoMs, anchor.uncertaintyMs, anchor.source)
      const known = { bootNumber, offset: anchor.utcMinusMonoMs }
      if (anchor.source === 'phone') {
        dateRidesByPhone.run(known)
        return
      }
      if (isFirst) dateFixes.run(known)
      dateRides.run(known)
      dateEnds.run(bootNumber)
    },

    /** What the rider last said in this boot of recording: on, off, or nothing. */
    recordingWord: (bootNumber: number): boolean | null => {
      const said = word.get(bootNumber)
      return said === undefined ? null : said.isOn === 1
    },
    /** @param word null: it is forgotten */
    keepRecordingWord: (bootNumber: number, word: boolean | null): void => {
      if (word === null) forgetWord.run(bootNumber)
      else keepWord.run(bootNumber, word ? 1 : 0)
    },
  }
}

export const randomDeviceId = (): string => randomBytes(8).toString('hex')

interface AnchorRow {
  readonly bootId: string
  readonly monoMs: number
  readonly utcMinusMonoMs: number
  readonly uncertaintyMs: number
  readonly source: TimeSource
}
