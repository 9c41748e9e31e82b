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
  const addBoot = database.prepare('INSERT INTO boots (bootId) VALUES (?)')
  const device = database.prepare<[], { id: string }>('SELECT id FROM device')
  const addDevice = database.prepare('INSERT INTO device (id) VALUES (?)')
  const addAnchor = database.prepare('INSERT OR REPLACE INTO anchors VALUES (?, ?, ?, ?, ?)')
  const dateFixes = database.prepare(
    `UPDATE fixes SET utcMs = CASE
       WHEN abs(receiverUtcMs - (monoMs + @offset)) < ${RECEIVER_AGREES_WITHIN_MS} THEN receiverUtcMs
       ELSE CAST(round(monoMs + @offset) AS INTEGER) END
     WHERE utcMs IS NULL AND rideNumber IN (SELECT number FROM rides WHERE bootNumber = @bootNumber)`,
  )
  const dateRides = database.prepare(
    `UPDATE rides SET startedUtcMs = (SELECT utcMs FROM fixes WHERE rideNumber = number AND leftOut IS NULL ORDER BY monoMs LIMIT 1)
     WHERE bootNumber = ? AND startedUtcMs IS NULL`,
  )

  return {
    /** The number of the boot with this id, a new one where it is not known yet, and the name of this device. */
    beginBoot: (bootId: string): Boot => {
      const deviceId = device.get()?.id ?? randomBytes(8).toString('hex')
      if (device.get() === undefined) addDevice.run(deviceId)
      const bootNumber = boot.get(bootId)?.number ?? Number(addBoot.run(bootId).lastInsertRowid)
      return { bootNumber, deviceId }
    },

    /** Keeps an anchor, and dates what this boot recorded before it was known. */
    addAnchor: (bootNumber: number, anchor: Anchor): void => {
      addAnchor.run(bootNumber, anchor.monoMs, anchor.utcMinusMonoMs, anchor.uncertaintyMs, anchor.source)
      dateFixes.run({ bootNumber, offset: anchor.utcMinusMonoMs })
      dateRides.run(bootNumber)
    },
  }
}

interface AnchorRow {
  readonly bootId: string
  readonly monoMs: number
  readonly utcMinusMonoMs: number
  readonly uncertaintyMs: number
  readonly source: TimeSource
}
