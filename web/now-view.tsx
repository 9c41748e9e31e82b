/** The ride as it is: one screen a rider reads at a glance, and believes. */
import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import type { Now } from '../core/ride/now.js'
import { distanceWords, durationClock, speedKmh, UNKNOWN } from './format.js'
import { Nav } from './nav.js'
import { NowMap } from './now-map.js'
import { fixTold, powerCutTold, speedOf, staleWords, storageTold, type Told, timeTold } from './now-words.js'
import { RecordingButton } from './recording-button.js'
import { RecordingState } from './recording-state.js'
import { SaveButton } from './save-button.js'
import { fix, freshness, now } from './state.js'

export function NowView() {
  const isFresh = freshness.value.kind === 'fresh'
  const stale = staleWords(freshness.value, now.value)
  const speed = isFresh && now.value !== null ? speedOf(now.value, fix.value) : null
  const ride = now.value?.ride ?? null
  const powerCut = usePowerCut()
  return (
    <div class={isFresh ? 'now' : 'now now-stale'}>
      <main>
        <h1 class="unseen">Now</h1>
        <header class="now-head">
          <RecordingState
            cameras={isFresh ? (now.value?.cameras ?? null) : null}
            hoursLeft={now.value?.storage.hoursLeft ?? null}
          >
            {now.value !== null && <RecordingButton isOn={now.value.recordingOn} />}
          </RecordingState>
          <p class="now-banner" data-testid="stale-banner" hidden={stale === null}>
            {stale}
          </p>
          {now.value?.simulated === true && (
            <p class="now-simulated" data-testid="simulated">
              Simulated: this is no real ride
            </p>
          )}
        </header>
        <section class="now-figures" aria-label="Ride">
          <p class="now-speed" data-testid="speed">
            <b>{speed === null ? '––' : speedKmh(speed)}</b> <span>km/h</span>
          </p>
          <dl>
            <Figure name="Distance" id="ride-distance">
              {distanceWords(now.value && ridden(now.value))}
            </Figure>
            <Figure name={ride?.isPaused === true ? 'Paused' : 'Ride time'} id="ride-time">
              {durationClock(ride?.elapsedMs ?? null)}
            </Figure>
          </dl>
        </section>
        <dl class="now-states">
          <State name="Position" id="fix-quality" told={now.value && fixTold(now.value, fix.value)} isFresh={isFresh} />
          <State name="Time" id="time-trust" told={now.value && timeTold(now.value)} isFresh={isFresh} />
          <State name="Storage" id="storage" told={now.value && storageTold(now.value.storage)} isFresh={isFresh} />
          {now.value?.storage.state === 'failed' && (
            <div>
              <dt>In memory</dt>
              <dd>
                <a href="/api/live/track.gpx" download data-testid="recalled-track">
                  Track of the last 30 min
                </a>
              </dd>
            </div>
          )}
          {powerCut !== null && (
            <div class="now-past">
              <dt>Before</dt>
              <dd data-testid="power-cut" data-level="told">
                {powerCut}
              </dd>
            </div>
          )}
        </dl>
        <NowMap />
        <SaveButton />
      </main>
      <Nav />
    </div>
  )
}

/** What the last power cut cost, in words, while it is news to whoever looks at this page. */
function usePowerCut(): string | null {
  const toldSinceMs = useRef<number | null>(null)
  const lastPowerCut = now.value?.lastPowerCut ?? null
  if (lastPowerCut === null) return null
  toldSinceMs.current ??= performance.now()
  return powerCutTold(lastPowerCut, performance.now() - toldSinceMs.current)
}

/** Nothing was ridden, or nobody saw it: without a fix that is not known. */
function ridden({ ride, receiver }: Now): number | null {
  const isSeen = receiver.state === 'fix-2d' || receiver.state === 'fix-3d'
  return ride === null || (ride.distanceM === 0 && !isSeen) ? null : ride.distanceM
}

interface FigureProps {
  readonly name: string
  readonly id: string
  readonly children: ComponentChildren
}

function Figure({ name, id, children }: FigureProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-testid={id}>{children}</dd>
    </div>
  )
}

interface StateProps {
  readonly name: string
  readonly id: string
  readonly told: Told | null
  readonly isFresh: boolean
}

/** What was last heard stays readable in grey, without a colour that would call it good. */
function State({ name, id, told, isFresh }: StateProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-testid={id} data-level={told === null || !isFresh ? 'unknown' : told.level}>
        {told?.words ?? UNKNOWN}
      </dd>
    </div>
  )
}
