/** server.db: the phones that are paired, the pairing that is open, where the server listens, and the clips. */
import { randomUUID } from 'node:crypto'
import { clipsIn } from './clips.js'
import { openForWriting } from './database.js'
import { SERVER } from './server-tables.js'

export interface Phone {
  readonly id: string
  readonly name: string
}

export interface OpenPairing {
  readonly codeHash: Uint8Array
  readonly triesLeft: number
  readonly bootId: string
  readonly openUntilMonoMs: number
}

export type AccessStore = ReturnType<typeof openAccessStore>

/** Opens server.db, made where it is missing. Small and rarely written: it is used in the caller's thread. @throws as openForWriting */
export function openAccessStore(file: string) {
  const database = openForWriting(file, SERVER)
  const addPhone = database.prepare('INSERT INTO phones (id, name, tokenHash) VALUES (?, ?, ?)')
  const phoneByToken = database.prepare<[Uint8Array], Phone>('SELECT id, name FROM phones WHERE tokenHash = ?')
  const removePhone = database.prepare('DELETE FROM phones WHERE id = ?')
  const pairing = database.prepare<[], OpenPairing>('SELECT codeHash, triesLeft, bootId, openUntilMonoMs FROM pairing')
  const closePairing = database.prepare('DELETE FROM pairing')
  const openPairing = database.prepare('INSERT INTO pairing VALUES (@codeHash, @triesLeft, @bootId, @openUntilMonoMs)')
  const spendTry = database.prepare('UPDATE pairing SET triesLeft = triesLeft - 1')
  const address = database.prepare<[], { url: string }>('SELECT url FROM address')
  const clearAddress = database.prepare('DELETE FROM address')
  const setAddress = database.prepare('INSERT INTO address VALUES (?)')

  return {
    addPhone: (name: string, tokenHash: Uint8Array): Phone => {
      const id = randomUUID()
      addPhone.run(id, name, tokenHash)
      return { id, name }
    },
    phoneByToken: (tokenHash: Uint8Array): Phone | null => phoneByToken.get(tokenHash) ?? null,
    removePhone: (id: string): boolean => removePhone.run(id).changes > 0,

    pairing: (): OpenPairing | null => pairing.get() ?? null,
    /** Opens a pairing in place of any before it. */
    openPairing: database.transaction((opened: OpenPairing): void => {
      closePairing.run()
      openPairing.run(opened)
    }),
    closePairing: (): void => void closePairing.run(),
    spendTry: (): void => void spendTry.run(),

    /** Where the server listened last, for whoever shows an address to a phone. */
    address: (): string | null => address.get()?.url ?? null,
    setAddress: database.transaction((url: string): void => {
      clearAddress.run()
      setAddress.run(url)
    }),

    /** What was asked to be cut out of rides. */
    clips: clipsIn(database),

    close: (): void => void database.close(),
  }
}
