/** The page: the view its address names, or pairing until the phone is paired. */
import { NowView } from './now-view.js'
import { PairView } from './pair-view.js'
import { RideView } from './ride-view.js'
import { RidesView } from './rides-view.js'
import { session } from './session.js'
import { SettingsView } from './settings-view.js'
import { route } from './state.js'

export function App() {
  const where = route.value
  if (session.value === 'not-paired') {
    // A code scanned into a page that is open already is taken, too.
    const code = where.view === 'pair' ? where.code : ''
    return <PairView key={code} code={code} />
  }
  switch (where.view) {
    case 'ride':
      return <RideView key={where.rideId} rideId={where.rideId} />
    case 'rides':
      return <RidesView />
    case 'settings':
      return <SettingsView />
    case 'now':
    case 'pair':
      return <NowView />
  }
}
