/** The camera a request means where a ride may have several. */
import type { Ride } from '../../core/ride/ride.js'
import { Problem } from './problem.js'

/** The camera asked for, else the first one configured that the ride has, else its first by name. @throws 404 */
export function cameraOf({ cameras }: Ride, asked: string | undefined, configured: readonly string[]): string {
  const camera = asked ?? configured.find((name) => cameras.includes(name)) ?? cameras.toSorted()[0]
  if (camera === undefined) throw new Problem(404, 'there is no video of this ride')
  if (!cameras.includes(camera))
    throw new Problem(404, `this ride has no camera ${camera}: it has ${cameras.join(', ')}`)
  return camera
}
