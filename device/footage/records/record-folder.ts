/** The folder of records as it is read to rebuild a catalogue: what is sound is handed out, all else is told. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Line } from '../../../core/store/record-shapes.js'
import type { Checked } from './checking.js'
import { type InRecords, parseRecordName, RECORDS } from './names.js'
import { readJson, readLines, reasonIn } from './reading.js'

export interface RecordFolder {
  /** The ids there are records of. */
  readonly ids: (kind: InRecords) => string[]
  readonly read: <Row extends object>(
    kind: InRecords,
    idOf: (row: Row) => string,
    check: (told: unknown) => Checked<Row>,
  ) => AsyncGenerator<Row>
  /** Pages of sound lines; none where there is no such file. What else is in it is told once, at the end. */
  readonly pages: (
    kind: 'anchors' | 'fixes',
    id: string,
    check: (told: unknown) => Checked<Line>,
  ) => AsyncGenerator<Line[]>
}

const MOST_RECORD_BYTES = 4 * 1024 * 1024
/** A ride of a week at 10 Hz. */
const MOST_LINES_BYTES = 1024 * 1024 * 1024
const PAGE_LINES = 1_000

/** @throws where there is a folder of records that cannot be read */
export async function openRecordFolder(
  footage: string,
  unreadable: (file: string, reason: string) => void,
): Promise<RecordFolder> {
  const files: Record<InRecords, Map<string, string>> = {
    boot: new Map(),
    anchors: new Map(),
    ride: new Map(),
    fixes: new Map(),
    incident: new Map(),
    setting: new Map(),
  }
  for (const name of await namesIn(join(footage, RECORDS))) {
    const found = parseRecordName(name)
    if (found !== null) files[found.kind].set(found.id, `${RECORDS}/${name}`)
  }

  return {
    ids: (kind) => [...files[kind].keys()],

    read: async function* (kind, idOf, check) {
      for (const [id, file] of files[kind]) {
        const found = await readRecord(join(footage, file), check)
        if (found.reason !== null) unreadable(file, found.reason)
        else if (idOf(found.row) !== id) unreadable(file, 'it is of another than its name says')
        else yield found.row
      }
    },

    pages: async function* (kind, id, check) {
      const file = files[kind].get(id)
      if (file === undefined) return
      const missed = tally()
      yield* pagesOf(readLines(join(footage, file), MOST_LINES_BYTES), check, missed)
      const said = missed.inWords()
      if (said !== null) unreadable(file, said)
    },
  }
}

/** The first line tells the columns, which are always the same. */
async function* pagesOf(
  lines: AsyncIterable<string>,
  check: (told: unknown) => Checked<Line>,
  missed: Tally,
): AsyncGenerator<Line[]> {
  let page: Line[] = []
  let isHead = true
  let torn: string | null = null
  try {
    for await (const text of lines) {
      // Only the last line may be torn: a power cut leaves it so, and it was not on the card yet.
      if (torn !== null) missed.add(torn)
      const found = checkedLine(text, check)
      torn = isHead ? null : found.reason
      isHead = false
      if (found.reason === null) page.push(found.row)
      if (page.length < PAGE_LINES) continue
      yield page
      page = []
    }
  } catch (error) {
    missed.add(reasonIn(error)) // A card that cannot be read further, say: what came before is sound.
  }
  if (page.length > 0) yield page
}

type Tally = ReturnType<typeof tally>

function tally() {
  let first: string | null = null
  let count = 0
  return {
    add: (reason: string): void => {
      first ??= reason
      count++
    },
    inWords: (): string | null => (count > 1 ? `${first}, and ${count - 1} more` : first),
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  }
}

async function readRecord<Row extends object>(
  path: string,
  check: (told: unknown) => Checked<Row>,
): Promise<Checked<Row>> {
  try {
    return check(await readJson(path, MOST_RECORD_BYTES))
  } catch (error) {
    return { row: null, reason: reasonIn(error) }
  }
}

function checkedLine(text: string, check: (told: unknown) => Checked<Line>): Checked<Line> {
  try {
    return check(JSON.parse(text))
  } catch {
    return { row: null, reason: 'a line of it is torn' } // No JSON.
  }
}
