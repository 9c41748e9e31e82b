/** Locks the focus of a USB camera at infinity before it records: autofocus hunts on a bicycle. */
import type { Machine } from './machine.js'

/** Older kernels call the first one focus_auto. UVC counts the distance up from 0, which is infinity. */
const CONTROLS = ['focus_automatic_continuous=0', 'focus_auto=0', 'focus_absolute=0']

/** Each control on its own: v4l2-ctl sets none where one is unknown, and most cameras have none of them. */
export async function lockFocus(device: string, machine: Machine): Promise<void> {
  for (const control of CONTROLS) {
    const answer = await machine.ask('v4l2-ctl', focusCommand(device, control))
    if (answer === null) return
  }
}

/** What doctor shows of it. */
export const focusCommands = (device: string): string[][] =>
  CONTROLS.map((control) => ['v4l2-ctl', ...focusCommand(device, control)])

const focusCommand = (device: string, control: string): string[] => ['--device', device, '--set-ctrl', control]
