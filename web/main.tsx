/** Starts the page: the live link, the address and the view it names. */
import './page.css'
import './now.css'
import './rides.css'
import './ride.css'
import './pair.css'
import './map.css'
import './clips.css'
import './settings.css'
import { computed, effect } from '@preact/signals'
import { render } from 'preact'
import { getSession } from './api.js'
import { App } from './app.js'
import { createLiveLink, type Socket, type SocketEvents } from './live.js'
import { parseRoute } from './route.js'
import { session } from './session.js'
import { linkChanged, messagesLost, route, takeMessage, tick } from './state.js'

const TICK_MS = 1_000
const isShutOut = computed(() => session.value === 'not-paired')

const link = createLiveLink({
  connect: openSocket,
  take: takeMessage,
  missed: messagesLost,
  changed: linkChanged,
  turnedAway: () => void askSession(),
})

readAddress()
addEventListener('hashchange', readAddress)
for (const event of ['pageshow', 'online'] as const) addEventListener(event, wake)
document.addEventListener('visibilitychange', wake)
setInterval(tick, TICK_MS)
void askSession().then(() => effect(() => (isShutOut.value ? link.stop() : link.start())))

const page = document.getElementById('page')
if (page !== null) render(<App />, page)

function readAddress(): void {
  route.value = parseRoute(location.hash)
}

function wake(): void {
  if (document.visibilityState === 'visible' && !isShutOut.value) link.wake()
}

/** A refusal marks the session as not paired by itself. */
async function askSession(): Promise<void> {
  const answer = await getSession()
  if (answer.kind === 'done') session.value = 'paired'
}

function openSocket(path: string, events: SocketEvents): Socket {
  const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}`)
  socket.onmessage = ({ data }) => events.message(String(data))
  socket.onclose = () => events.closed()
  return {
    send: (text) => socket.send(text),
    close: () => {
      socket.onmessage = null
      socket.onclose = null
      socket.close()
    },
  }
}
