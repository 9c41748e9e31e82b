/** Whether a file plays, and what it shows. */
import { runProgram } from './run-program.js'

/** The hash of the picture's packets, of a file that decodes from its first frame to its last. @throws where it does not */
export function playedPicture(file: string): Promise<string> {
  const input = ['-v', 'error', '-xerror', '-nostdin', '-i', `file:${file}`]
  const outputs = ['-map', '0:v', '-c', 'copy', '-f', 'streamhash', '-', '-map', '0:v', '-f', 'null', '-']
  return runProgram('ffmpeg', ...input, ...outputs)
}
