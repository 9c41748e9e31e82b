/** What the page changed of the settings, and the secret of what is hidden around privacy zones. */
import { type KeptSettings, NOTHING_KEPT, type SettingsChange } from '../ride/settings.js'
import type { Connection } from './connection.js'
import type { SettingRecord } from './record-shapes.js'

const SECRET = 'privacySecret'

export function readSettings(database: Connection) {
  const all = database.prepare<[], SettingRecord>('SELECT name, value FROM settings')
  const byName = database.prepare<[string], SettingRecord>('SELECT name, value FROM settings WHERE name = ?')
  return {
    settings: (): KeptSettings => {
      const told = Object.fromEntries(all.all().map(({ name, value }) => [name, JSON.parse(value) as unknown]))
      return { ...NOTHING_KEPT, ...told } as unknown as KeptSettings
    },

    settingRecord: (name: string): SettingRecord | null => byName.get(name) ?? null,
  }
}

export function writeSettings(database: Connection) {
  const { settings } = readSettings(database)
  const put = database.prepare('INSERT INTO settings VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value')
  const add = database.prepare('INSERT INTO settings VALUES (?, ?) ON CONFLICT DO NOTHING')
  const isOnCard = database.prepare(`DELETE FROM dueRecords WHERE kind = 'setting' AND id = ?`)
  return {
    /** From now on this holds, whatever the file says. */
    changeSettings: ({ privacy, display }: SettingsChange): void => {
      if (privacy !== undefined) put.run('privacy', JSON.stringify(privacy))
      if (display !== undefined) put.run('display', JSON.stringify({ ...settings().display, ...display }))
    },

    /** Where there is none yet. Handed in, so that a catalogue that is made again of what was noted has the same. */
    keepPrivacySecret: (newSecret: string): void => {
      add.run(SECRET, JSON.stringify(newSecret))
    },

    /**
     * Takes in what lies beside the footage, where the page has said nothing since. A catalogue that was made anew has a new
     * secret: by the old one every cut is where it was.
     * @param isNewer whether records are newer than the catalogue, which was restored
     */
    takeInSetting: ({ name, value }: SettingRecord, isNewer = false): void => {
      const isTaken = (isNewer || name === SECRET ? put : add).run(name, value).changes > 0
      if (isTaken) isOnCard.run(name)
    },
  }
}
