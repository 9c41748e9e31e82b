/** Works off what is due of the records: taken, written, and no longer due unless it changed meanwhile. */
import type { Connection } from './connection.js'
import type { DueRecord } from './record-shapes.js'

export function writeDueRecords(database: Connection) {
  const page = database.prepare<[string, string, number], DueRecord>(
    'SELECT kind, id FROM dueRecords WHERE (kind, id) > (?, ?) ORDER BY kind, id LIMIT ?',
  )
  const take = database.prepare('UPDATE dueRecords SET isTaken = 1 WHERE kind = ? AND id = ? AND NOT isTaken')
  const done = database.prepare('DELETE FROM dueRecords WHERE kind = ? AND id = ? AND isTaken')
  return {
    /**
     * What is due behind a place in the list, from the beginning where that is null. It stays due until its record is written;
     * a change from now on makes it due anew.
     */
    takeDueRecords: (after: DueRecord | null, limit: number): DueRecord[] => {
      const records = page.all(after?.kind ?? '', after?.id ?? '', limit)
      for (const { kind, id } of records) take.run(kind, id)
      return records
    },

    /** They are on the card as they were when they were taken, or later. */
    recordsAreWritten: (records: readonly DueRecord[]): void => {
      for (const { kind, id } of records) done.run(kind, id)
    },
  }
}
