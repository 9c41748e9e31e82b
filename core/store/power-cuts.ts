/** The power cut that ended a boot: when the last sign of life was, and what it cost. */
import { type Anchor, utcOf } from '../ride/clock.js'
import type { PowerCut } from '../ride/now.js'
import type { Connection } from './connection.js'

/**
 * Fixes, growth and anchors are committed once a second, so the cut lies up to a second behind the last sign of life that
 * reached the card: the middle is told.
 */
const BEHIND_LAST_SIGN_MS = 500
/** A ride without a camera is being recorded while its last fix is this near to the last sign of life. */
const RECENT_FIX_MS = 10_000

const BEFORE = 'SELECT max(number) AS number FROM boots WHERE number > 0 AND number < ?'

export function readPowerCuts(database: Connection, anchorsOf: (bootNumber: number) => readonly Anchor[]) {
  const cutBefore = database.prepare<[number], PowerCutRow>(`SELECT * FROM powerCuts WHERE bootNumber = (${BEFORE})`)
  const zoneOf = database.prepare<{ boot: number }, { timeZone: string }>(
    `SELECT timeZone FROM rides WHERE bootNumber <= @boot AND lastBootNumber >= @boot AND timeZone IS NOT NULL
     ORDER BY number DESC LIMIT 1`,
  )
  return {
    /** The power cut that ended the boot before this one; null where it ended otherwise, or recorded nothing. */
    powerCutBefore: (bootNumber: number): PowerCut | null => {
      const row = cutBefore.get(bootNumber)
      if (row === undefined) return null
      const anchors = anchorsOf(row.bootNumber).map((anchor) => ({ ...anchor, bootId: '' }))
      const utcMs = utcOf({ bootId: '', monoMs: row.lastSignMonoMs + BEHIND_LAST_SIGN_MS }, anchors)
      return {
        utcMs: utcMs === null ? null : Math.round(utcMs),
        lostMs: row.lostMs === null ? null : Math.round(row.lostMs),
        timeZone: zoneOf.get({ boot: row.bootNumber })?.timeZone ?? null,
      }
    },
  }
}

export function writePowerCuts(database: Connection) {
  const leftOpen = database.prepare<[number], { number: number }>(
    `SELECT number FROM boots WHERE NOT closed AND number = (${BEFORE})`,
  )
  const cameras = database.prepare<[number], { camera: string; openedMonoMs: number }>(
    `SELECT camera, max(startMonoMs) AS openedMonoMs FROM segments WHERE bootNumber = ? AND state = 'recording' GROUP BY camera`,
  )
  const signs = database.prepare<{ boot: number }, { fix: number | null; other: number | null }>(
    `SELECT
       (SELECT max((SELECT max(monoMs) FROM fixes WHERE rideNumber = rides.number AND part = @boot))
        FROM rides WHERE bootNumber <= @boot AND lastBootNumber >= @boot AND source = 'device') AS fix,
       (SELECT max(monoMs) FROM (
          SELECT max(monoMs) AS monoMs FROM anchors WHERE bootNumber = @boot
          UNION ALL SELECT max(startMonoMs + durationMs) FROM segments
            WHERE bootNumber = @boot AND startUncertaintyMs IS NOT NULL)) AS other`,
  )
  const isRiding = database.prepare<[number], { found: 1 }>(
    'SELECT 1 AS found FROM rides WHERE lastBootNumber = ? AND NOT ended LIMIT 1',
  )
  const keep = database.prepare(
    'INSERT OR IGNORE INTO powerCuts (bootNumber, lastSignMonoMs, cameras) VALUES (@boot, @lastSignMonoMs, @cameras)',
  )
  const unsettled = database.prepare<[number], PowerCutRow>(
    `SELECT * FROM powerCuts WHERE lostMs IS NULL AND bootNumber = (${BEFORE})`,
  )
  const endOf = database.prepare<[number, string], { monoMs: number | null }>(
    `SELECT max(startMonoMs + durationMs) AS monoMs FROM segments
     WHERE bootNumber = ? AND camera = ? AND state <> 'recording' AND startUncertaintyMs IS NOT NULL`,
  )
  const settle = database.prepare('UPDATE powerCuts SET lastSignMonoMs = ?, lostMs = ? WHERE bootNumber = ?')

  return {
    /**
     * Notes how the boot before this one ended, before anything of it is mended: a power cut where the device did not end as
     * it should while a camera recorded, or while fixes of a ride came in. Once noted it stays as it is.
     */
    notePowerCut: (bootNumber: number): void => {
      const boot = leftOpen.get(bootNumber)?.number
      if (boot === undefined) return
      const { fix, other } = signs.get({ boot }) ?? { fix: null, other: null }
      const lastSignMonoMs = Math.max(fix ?? 0, other ?? 0)
      const open = Object.fromEntries(cameras.all(boot).map(({ camera, openedMonoMs }) => [camera, openedMonoMs]))
      const hasFixes = fix !== null && fix >= lastSignMonoMs - RECENT_FIX_MS && isRiding.get(boot) !== undefined
      if (Object.keys(open).length === 0 && !hasFixes) return
      keep.run({ boot, lastSignMonoMs, cameras: JSON.stringify(open) })
    },

    /**
     * Tells what the power cut before this boot cost, once the files it left are mended: what is on the card of a camera is a
     * sign of life, too.
     */
    settlePowerCut: (bootNumber: number): void => {
      const cut = unsettled.get(bootNumber)
      if (cut === undefined) return
      const boot = cut.bootNumber
      const open = Object.entries(JSON.parse(cut.cameras) as Record<string, number>)
      const { fix } = signs.get({ boot }) ?? { fix: null }
      // One that has nothing of its last segment lost all since that opened.
      const ends = open.map(([camera, openedMonoMs]) => Math.max(openedMonoMs, endOf.get(boot, camera)?.monoMs ?? 0))
      const kept = ends.length === 0 ? [fix ?? cut.lastSignMonoMs] : ends
      const lastSignMonoMs = Math.max(cut.lastSignMonoMs, ...kept)
      settle.run(lastSignMonoMs, lastSignMonoMs + BEHIND_LAST_SIGN_MS - Math.min(...kept), boot)
    },
  }
}

interface PowerCutRow {
  readonly bootNumber: number
  readonly lastSignMonoMs: number
  /** Those that recorded, as JSON: the moment their last segment opened by their name. */
  readonly cameras: string
  readonly lostMs: number | null
}
