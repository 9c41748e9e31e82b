/** The way between the views. */
import { route } from './state.js'

export function Nav() {
  const { view } = route.value
  return (
    <nav class="nav" aria-label="Views">
      <a href="#/" {...(view === 'now' || view === 'pair' ? CURRENT : {})}>
        Now
      </a>
      <a href="#/rides" {...(view === 'rides' || view === 'ride' ? CURRENT : {})}>
        Rides
      </a>
      <a href="#/settings" {...(view === 'settings' ? CURRENT : {})}>
        Settings
      </a>
    </nav>
  )
}

const CURRENT = { 'aria-current': 'page' } as const
