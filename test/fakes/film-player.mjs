/** Plays a prepared H.264 film as a camera would: in real time, frame by frame, telling the true moment of each. */
import { appendFileSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const NS_IN_MS = 1_000_000
const NAL = { slice: 1, keyframe: 5 }
/** Messages, parameter sets and delimiters stand before the picture they belong to. */
const BEFORE_A_PICTURE = [6, 7, 8, 9]

/**
 * The frames of an Annex-B stream: each with the parameter sets and messages before it.
 * @returns {{bytes: Buffer, isKey: boolean}[]}
 */
export function framesOf(stream) {
  const frames = []
  let from = 0
  let isKey = null
  for (const { at, type, isFirstSlice } of unitsOf(stream)) {
    const isPicture = type >= NAL.slice && type <= NAL.keyframe
    const begins = isPicture ? isFirstSlice : BEFORE_A_PICTURE.includes(type)
    if (begins && isKey !== null) {
      frames.push({ bytes: stream.subarray(from, at), isKey })
      from = at
      isKey = null
    }
    if (isPicture) isKey = type === NAL.keyframe
  }
  if (isKey !== null) frames.push({ bytes: stream.subarray(from), isKey })
  return frames
}

function* unitsOf(stream) {
  for (let at = stream.indexOf('\0\0\x01', 0, 'latin1'); at >= 0; ) {
    const header = at + 3
    // A start code of four bytes belongs whole to the unit it begins.
    const begin = at > 0 && stream[at - 1] === 0 ? at - 1 : at
    yield { at: begin, type: stream[header] & 0x1f, isFirstSlice: (stream[header + 1] & 0x80) !== 0 }
    at = stream.indexOf('\0\0\x01', header, 'latin1')
  }
}

/**
 * The film for ever, each frame at its moment: `frame` counts what was shown, `takenNs` is CLOCK_MONOTONIC when the
 * sensor saw it. A dropped frame leaves its place in time empty, as where the sensor was not served in time: the film
 * goes on with its next frame, so that what is shown can still be decoded.
 */
export async function* playFilm({
  film,
  fps,
  jitterMs = 0,
  latencyMs = 0,
  dropEvery = 0,
  seed = 1,
  log = null,
  signal,
}) {
  const frames = framesOf(readFileSync(film))
  if (frames.length === 0) throw new Error(`${film} has no frames`)
  const random = randomFrom(seed)
  const beganNs = process.hrtime.bigint()
  let frame = 0
  for (let slot = 0; !signal.aborted; slot++) {
    if (dropEvery > 0 && slot % dropEvery === dropEvery - 1) continue
    await until(beganNs + BigInt(Math.round((slot * 1_000 * NS_IN_MS) / fps)), signal)
    const takenNs = process.hrtime.bigint()
    const wallMs = performance.timeOrigin + performance.now()
    await until(takenNs + BigInt(Math.round((latencyMs + random() * jitterMs) * NS_IN_MS)), signal)
    if (signal.aborted) return
    const shown = frames[frame % frames.length]
    if (log !== null) appendFileSync(log, `${JSON.stringify({ frame, monoMs: Number(takenNs) / NS_IN_MS })}\n`)
    yield { ...shown, frame, takenNs, wallMs }
    frame++
  }
}

async function until(ns, signal) {
  const waitMs = Number(ns - process.hrtime.bigint()) / NS_IN_MS
  if (waitMs <= 0) return
  await sleep(waitMs, undefined, { signal }).catch(() => {}) // Only the signal ends it early, and whoever waits asks it.
}

/** Park and Miller's generator: the same jitter in every run. */
function randomFrom(seed) {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
