/** What the rider is told of a clip: why it cannot be made, what is missing in it, and what was done to its picture. */
import { type ClipPlan, HOURS_MOST, type Missing, type MissingWhy, type RefusalWhy } from './plan-shapes.js'

export function refusalWords(why: RefusalWhy, camera: string, cameras: readonly string[]): string {
  switch (why) {
    case 'no-time':
      return 'A clip needs a beginning and an end.'
    case 'reversed':
      return 'The end of the clip lies before its beginning.'
    case 'empty':
      return 'The clip has no length: its beginning is its end.'
    case 'too-long':
      return `A clip can be ${HOURS_MOST} hours long at most.`
    case 'unknown-camera':
      return cameras.length === 0
        ? 'No camera filmed this ride.'
        : `No camera of the name ${camera} filmed this ride: there is ${cameras.join(' and ')}.`
    case 'no-footage':
      return `The camera ${camera} has no video of this ride.`
    case 'time-unknown':
      return 'It is not known when the video of this ride was filmed, so that no span of it can be found.'
    case 'swept':
      return 'The video of this span was removed to make room for newer video.'
    case 'hidden':
      return 'All of this span lies in a privacy zone.'
    case 'outside':
      return 'This span lies outside of what was filmed of the ride.'
    case 'not-recorded':
      return 'Nothing was filmed in this span.'
  }
}

/** What is missing, one sentence each kind and place; null where nothing is. Times are UTC. */
export function missingWords({ missing }: Pick<ClipPlan, 'missing'>): string | null {
  const [before, after] = (['before', 'after'] as const).map((where) => missing.find((span) => span.where === where))
  const inside = missing.filter(({ where }) => where === 'inside')
  const sentences = [
    ...(before === undefined
      ? []
      : [`It begins ${seconds(lengthMs(before))} later than asked for: ${because(before.why)}.`]),
    ...insideWords(inside),
    ...(after === undefined
      ? []
      : [`It ends ${seconds(lengthMs(after))} earlier than asked for: ${because(after.why)}.`]),
  ]
  return sentences.length === 0 ? null : sentences.join(' ')
}

/** More are only counted: a camera with a loose plug has hundreds. */
const MOST_NAMED = 3

function insideWords(inside: readonly Missing[]): string[] {
  if (inside.length <= MOST_NAMED)
    return inside.map(
      (span) => `The picture stands still for ${seconds(lengthMs(span))} from ${clock(span)}: ${because(span.why)}.`,
    )
  const lasts = seconds(inside.reduce((sum, span) => sum + lengthMs(span), 0))
  const whys = [...new Set(inside.map(({ why }) => because(why)))].join(', or ')
  return [`The picture stands still ${inside.length} times, for ${lasts} in all: ${whys}.`]
}

function because(why: MissingWhy): string {
  switch (why) {
    case 'hidden':
      return 'that lies in a privacy zone'
    case 'swept':
      return 'that video was removed to make room'
    case 'not-recorded':
      return 'nothing was filmed then'
    case 'not-recorded-yet':
      return 'the rest was not filmed yet'
  }
}

const lengthMs = ({ fromUtcMs, toUtcMs }: Missing): number => toUtcMs - fromUtcMs

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`

const clock = ({ fromUtcMs }: Missing): string => `${new Date(fromUtcMs).toISOString().slice(11, 19)}Z`
