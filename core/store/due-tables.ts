/** The table of records that have to be written beside the footage, and the triggers that fill it: no caller has to think of it. */

/** A row that is there already costs no write, unless its record is being written from what was before. */
const due = (kind: string, id: string, source = 'WHERE true'): string =>
  `INSERT INTO dueRecords (kind, id) SELECT '${kind}', ${id} ${source}
     ON CONFLICT (kind, id) DO UPDATE SET isTaken = 0 WHERE isTaken;`

const trigger = (name: string, on: string, works: readonly string[], when: string | null = null): string =>
  `CREATE TRIGGER ${name} AFTER ${on} ${when === null ? '' : `WHEN ${when}`} BEGIN ${works.join('\n')} END;`

const changed = (columns: readonly string[]): string =>
  columns.map((column) => `NEW.${column} IS NOT OLD.${column}`).join(' OR ')

const boot = (row: string, column = 'bootNumber'): string =>
  due('boot', `CAST(${row}.${column} AS TEXT)`, `WHERE ${row}.${column} > 0`)
const segments = (where: string): string =>
  due('segment', 'id', `FROM segments WHERE state <> 'recording' AND ${where}`)
const incident = (row: string): string => due('incident', 'id', `FROM incidents WHERE number = ${row}.incidentNumber`)
/** As far as their start is known. */
const inSpan = (row: string): string =>
  segments(`bootNumber = ${row}.bootNumber
    AND startMonoMs - coalesce(startUncertaintyMs, 0) <= ${row}.toMonoMs
    AND startMonoMs + durationMs + coalesce(startUncertaintyMs, 0) >= ${row}.fromMonoMs`)

/** What changes every second while a ride goes on is left out: it is written from time to time. */
const OF_RIDE = [
  ...['bootNumber', 'lastBootNumber', 'beganMonoMs', 'ended', 'stopped', 'startedUtcMs', 'endedUtcMs', 'name', 'kept'],
  ...['simulated', 'source', 'timeSource', 'timeZone'],
]
const OF_ENDED_RIDE = ['preview', 'distanceM', 'movingMs', 'elapsedMs', 'ascentM', 'maxSpeedMps', 'lastFixMonoMs']
const OF_SEGMENT = [
  ...['bootNumber', 'rideNumber', 'startMonoMs', 'startUncertaintyMs', 'startUtcMs', 'durationMs', 'frames'],
  ...['sizeBytes', 'state', 'kept', 'file'],
]

/**
 * A step of the catalogue. Kinds: boot and anchors by the number of the boot; ride and fixes, incident and segment by id. All
 * that is known already is due.
 */
export const DUE_RECORDS = [
  `CREATE TABLE dueRecords (
     kind TEXT NOT NULL,
     id TEXT NOT NULL,
     isTaken INTEGER NOT NULL DEFAULT 0,
     PRIMARY KEY (kind, id)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX segmentsInTime ON segments (bootNumber, startMonoMs);`,

  trigger('bootBegins', 'INSERT ON boots', [boot('NEW', 'number')]),
  trigger('bootChanges', 'UPDATE ON boots', [boot('NEW', 'number')], changed(['bootId', 'closed', 'inOrder'])),
  trigger('wordIsSaid', 'INSERT ON recording', [boot('NEW')]),
  trigger('wordIsForgotten', 'DELETE ON recording', [boot('OLD')]),
  trigger('powerCutIsNoted', 'INSERT ON powerCuts', [boot('NEW')]),
  trigger('powerCutIsSettled', 'UPDATE ON powerCuts', [boot('NEW')]),

  // The first time of a receiver dates the fixes that were there before.
  trigger('anchorComes', 'INSERT ON anchors', [
    due('anchors', 'CAST(NEW.bootNumber AS TEXT)', 'WHERE NEW.bootNumber > 0'),
    due(
      'fixes',
      'id',
      `FROM rides WHERE bootNumber <= NEW.bootNumber AND lastBootNumber >= NEW.bootNumber AND source = 'device'
         AND NEW.source = 'satellites' AND NOT EXISTS (SELECT 1 FROM anchors
           WHERE bootNumber = NEW.bootNumber AND source = 'satellites' AND monoMs <> NEW.monoMs)`,
    ),
  ]),

  trigger('rideBegins', 'INSERT ON rides', [due('ride', 'NEW.id')], `NEW.source <> 'importing'`),
  trigger(
    'rideChanges',
    'UPDATE ON rides',
    [due('ride', 'NEW.id')],
    `NEW.source <> 'importing' AND (${changed(OF_RIDE)} OR (NEW.ended AND (${changed(OF_ENDED_RIDE)})))`,
  ),
  // Rides that end or are whole have their track written once more, and so have those that are joined.
  trigger(
    'trackIsWhole',
    'UPDATE OF ended, lastBootNumber, source ON rides',
    [due('fixes', 'NEW.id')],
    `NEW.source <> 'importing' AND ((NEW.ended AND NOT OLD.ended) OR (${changed(['lastBootNumber', 'source'])}))`,
  ),
  trigger('rideIsKept', 'UPDATE OF kept ON rides', [segments('rideNumber = NEW.number')], changed(['kept'])),
  trigger('rideGoes', 'DELETE ON rides', [due('ride', 'OLD.id')], `OLD.source <> 'importing'`),

  trigger('segmentOpens', 'INSERT ON segments', [boot('NEW')], `NEW.state = 'recording'`),
  trigger('segmentIsFound', 'INSERT ON segments', [due('segment', 'NEW.id')], `NEW.state <> 'recording'`),
  trigger(
    'segmentChanges',
    `UPDATE OF ${OF_SEGMENT.join(', ')} ON segments`,
    [due('segment', 'NEW.id')],
    `NEW.state <> 'recording' AND (${changed(OF_SEGMENT)})`,
  ),

  trigger('incidentComes', 'INSERT ON incidents', [due('incident', 'NEW.id')]),
  trigger('incidentChanges', 'UPDATE ON incidents', [due('incident', 'NEW.id')]),
  trigger('incidentGoes', 'DELETE ON incidents', [due('incident', 'OLD.id')]),
  trigger('markComes', 'INSERT ON incidentMarks', [incident('NEW')]),
  trigger('markGoes', 'DELETE ON incidentMarks', [incident('OLD')]),
  trigger('spanComes', 'INSERT ON incidentSpans', [incident('NEW'), inSpan('NEW')]),
  trigger('spanChanges', 'UPDATE ON incidentSpans', [incident('NEW'), inSpan('NEW'), inSpan('OLD')]),
  trigger('spanGoes', 'DELETE ON incidentSpans', [incident('OLD'), inSpan('OLD')]),

  `INSERT INTO dueRecords (kind, id)
     SELECT 'boot', CAST(number AS TEXT) FROM boots WHERE number > 0
     UNION ALL SELECT 'anchors', CAST(bootNumber AS TEXT) FROM anchors GROUP BY bootNumber
     UNION ALL SELECT 'ride', id FROM rides WHERE source <> 'importing'
     UNION ALL SELECT 'fixes', id FROM rides WHERE source <> 'importing'
     UNION ALL SELECT 'incident', id FROM incidents
     UNION ALL SELECT 'segment', id FROM segments WHERE state <> 'recording';`,
].join('\n')
