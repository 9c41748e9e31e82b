/** All that a catalogue holds, to be held against another one: ids instead of the numbers of rows. */
import { connect } from '../../core/store/connection.js'

export type Dump = Readonly<Record<string, readonly unknown[]>>

const RIDE_ID = '(SELECT id FROM rides WHERE rides.number = rideNumber) AS rideId'
const INCIDENT_ID = '(SELECT id FROM incidents WHERE incidents.number = incidentNumber) AS incidentId'

const TABLES: Readonly<Record<string, string>> = {
  device: 'SELECT * FROM device',
  settings: 'SELECT * FROM settings ORDER BY name',
  boots: 'SELECT * FROM boots ORDER BY number',
  anchors: 'SELECT * FROM anchors ORDER BY bootNumber, monoMs',
  recording: 'SELECT * FROM recording ORDER BY bootNumber',
  powerCuts: 'SELECT * FROM powerCuts ORDER BY bootNumber',
  rides: `SELECT * FROM rides WHERE source <> 'importing' ORDER BY source, id`,
  fixes: `SELECT ${RIDE_ID}, * FROM fixes ORDER BY 1, part, monoMs`,
  segments: `SELECT ${RIDE_ID}, * FROM segments ORDER BY id`,
  incidents: `SELECT ${RIDE_ID}, * FROM incidents ORDER BY id`,
  incidentSpans: `SELECT ${INCIDENT_ID}, * FROM incidentSpans ORDER BY 1, bootNumber`,
  incidentMarks: `SELECT ${INCIDENT_ID}, key FROM incidentMarks ORDER BY key`,
}

/** Every row with every field. */
export function dumpOf(file: string): Dump {
  const database = connect(file, { readonly: true })
  try {
    return Object.fromEntries(
      Object.entries(TABLES).map(([table, sql]) => [
        table,
        database.prepare<[], object>(sql).all().map(withoutNumbers),
      ]),
    )
  } finally {
    database.close()
  }
}

function withoutNumbers(row: object): object {
  const { rideNumber: _ride, incidentNumber: _incident, ...told } = row as Readonly<Record<string, unknown>>
  return told
}
