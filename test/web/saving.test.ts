/** Saving a moment over a link that comes and goes: one touch is one moment, and what became of it is said as it is. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Incident } from '../../core/ride/incident.js'
import type { Answer } from '../../web/api.js'
import { incidentWords, momentCount, momentWords, savedWords, savingTold } from '../../web/incident-words.js'
import { createSaving, type Saving } from '../../web/saving.js'

const NOON = Date.UTC(2026, 5, 6, 12, 4, 31)
const incident = (known: Partial<Incident> = {}): Incident => ({
  ...{ id: 'a', rideId: 'r', atUtcMs: NOON, latDeg: null, lonDeg: null, cause: 'rider', note: null, segments: [] },
  ...{ beforeMs: 60_000, afterMs: 60_000, ...known },
})

interface Sent {
  readonly key: string
  readonly secondsAgo: number
  readonly answer: (answer: Answer<Incident>) => Promise<void>
}

/** Lets everything that waits for promises alone come to its end. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

class Phone {
  nowMs = 1_000
  readonly sent: Sent[] = []
  saving: Saving = { waiting: 0, saved: null, failed: null }
  #keys = 0
  #asleep: (() => void) | null = null
  readonly touch = createSaving({
    newKey: () => `key-${++this.#keys}`,
    changed: (saving) => {
      this.saving = saving
    },
    send: (key, secondsAgo) =>
      new Promise((resolve) => {
        const answer = (given: Answer<Incident>): Promise<void> => {
          resolve(given)
          return settle().then(() => {})
        }
        this.sent.push({ key, secondsAgo, answer })
      }),
    clock: {
      stopwatch: () => {
        const beganMs = this.nowMs
        return () => this.nowMs - beganMs
      },
      pause: (ms) =>
        new Promise((resolve) => {
          this.#asleep = () => {
            this.nowMs += ms
            resolve()
          }
        }),
    },
  })

  /** Answers the newest request, and lets the pause after it pass. */
  async answer(given: Answer<Incident>): Promise<void> {
    await this.sent.at(-1)?.answer(given)
    this.#asleep?.()
    this.#asleep = null
    await settle()
  }
  words = () => savingTold(this.saving)?.words ?? ''
}

const refused = (status: number, words = 'the device does not answer'): Answer<Incident> => ({
  kind: 'refused',
  status,
  words,
})
const done = (value = incident()): Answer<Incident> => ({ kind: 'done', value })

let phone: Phone
beforeEach(() => {
  phone = new Phone()
})

describe('a touch', () => {
  it('is told as it goes: saving, then saved', async () => {
    expect(savingTold(phone.saving)).toBeNull()
    phone.touch()
    expect(phone.words()).toBe('Saving…')
    await phone.answer(done())
    expect(phone.words()).toBe('Saved 12:04:31, 60 s back, 60 s on')
  })

  it.each([0, 408, 429, 500, 502, 503, 504])(
    'that is answered with %d is sent again with the same key, and with the same moment',
    async (status) => {
      phone.touch()
      for (let tries = 0; tries < 5; tries++) await phone.answer(refused(status))
      expect(phone.words()).toBe('Saving…')
      expect(new Set(phone.sent.map(({ key }) => key))).toEqual(new Set(['key-1']))
      expect(phone.sent.map(({ secondsAgo }) => secondsAgo)).toEqual([0, 0.5, 1.5, 3.5, 7.5, 11.5])
      await phone.answer(done())
      expect(phone.words()).toMatch(/^Saved/)
      expect(phone.sent).toHaveLength(6)
    },
  )

  it.each([400, 401, 403, 404, 409])('that is refused with %d is not sent again, and says why', async (status) => {
    phone.touch()
    await phone.answer(refused(status, 'the card cannot be written'))
    expect(savingTold(phone.saving)).toEqual({ words: 'Not saved: the card cannot be written', level: 'failed' })
    expect(phone.sent).toHaveLength(1)
  })

  it('is given up after ten minutes, and says so', async () => {
    phone.touch()
    for (let tries = 0; tries < 1_000 && phone.saving.waiting > 0; tries++) await phone.answer(refused(0, 'no Wi-Fi'))
    expect(phone.words()).toBe('Not saved: no Wi-Fi')
    const last = phone.sent.at(-1)?.secondsAgo ?? 0
    expect(last).toBeGreaterThan(590)
    expect(last).toBeLessThanOrEqual(600)
  })

  it('is not sent hours later by a phone that slept', async () => {
    phone.touch()
    phone.nowMs += 3 * 3_600_000
    await phone.answer(refused(0))
    expect(phone.sent).toHaveLength(1)
    expect(phone.words()).toMatch(/^Not saved/)
  })
})

describe('several touches', () => {
  it('are several moments, each with its own key', async () => {
    phone.touch()
    phone.nowMs += 2_000
    phone.touch()
    expect(phone.words()).toBe('Saving 2 moments…')
    expect(phone.sent.map(({ key, secondsAgo }) => [key, secondsAgo])).toEqual([
      ['key-1', 0],
      ['key-2', 0],
    ])
    await phone.sent[1]?.answer(done())
    expect(phone.words()).toBe('Saving…')
    await phone.sent[0]?.answer(done())
    expect(phone.words()).toMatch(/^Saved/)
  })

  it('do not hide the one that failed, until the next after all are answered', async () => {
    phone.touch()
    phone.touch()
    await phone.sent[0]?.answer(refused(409, 'the card is full'))
    phone.touch()
    for (const sent of phone.sent.slice(1)) await sent.answer(done())
    expect(phone.words()).toBe('Not saved: the card is full')
    phone.touch()
    await phone.answer(done())
    expect(phone.words()).toMatch(/^Saved/)
  })
})

describe('a key', () => {
  it('is made without what browsers leave out on plain http, and never twice', async () => {
    const keys: string[] = []
    const touch = createSaving({
      changed: () => {},
      send: async (key) => {
        keys.push(key)
        return done()
      },
    })
    for (let touches = 0; touches < 50; touches++) touch()
    await settle()
    expect(new Set(keys).size).toBe(50)
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{24}$/)
  })
})

describe('the words', () => {
  it.each([
    [{}, 'Saved 12:04:31, 60 s back, 60 s on'],
    [{ atUtcMs: null }, 'Saved, 60 s back, 60 s on'],
    [{ afterMs: 119_400 }, 'Saved 12:04:31, 60 s back, 119 s on'],
    [{ beforeMs: 300_000, afterMs: 0 }, 'Saved 12:04:31, 5 min back, 0 s on'],
  ])('of a saved moment %j: %s', (known, words) => {
    expect(savedWords(incident(known), 'UTC')).toBe(words)
  })

  it.each([
    ['rider', 'saved on the page · 60 s back, 60 s on'],
    ['button', 'saved with the button · 60 s back, 60 s on'],
    ['braking', 'hard braking · 60 s back, 60 s on'],
    ['crash', 'crash noticed · 60 s back, 60 s on'],
  ] as const)('of one by %s: %s', (cause, words) => {
    expect(incidentWords(incident({ cause }))).toBe(words)
  })

  it('of its time and of how many there are', () => {
    expect([momentWords(incident(), 'Europe/Ljubljana'), momentWords(incident({ atUtcMs: null }))]).toEqual([
      '14:04:31',
      'time unknown',
    ])
    expect([momentCount(1), momentCount(3)]).toEqual(['1 saved moment', '3 saved moments'])
  })
})
