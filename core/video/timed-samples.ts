/** What a track of telemetry consists of, whatever its format. */

export interface TimedSamples {
  /** FourCC of the sample entry. */
  readonly format: 'gpmd' | 'camm'
  /** All samples, one behind the other. */
  readonly bytes: Buffer
  readonly sizesBytes: readonly number[]
  /** Each from its moment to the next; the first begins with the clip. */
  readonly durationsMs: readonly number[]
}

/** Samples that are known one by one. */
export const samplesOf = (
  format: TimedSamples['format'],
  samples: readonly Buffer[],
  durationsMs: readonly number[],
): TimedSamples => ({
  format,
  bytes: Buffer.concat(samples),
  sizesBytes: samples.map(({ length }) => length),
  durationsMs,
})
