/** Short jobs of ffmpeg on a machine that has nothing left: they fail, and whoever asked for them goes on. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const FFMPEG = join(import.meta.dirname, '../../dist/core/process/ffmpeg.js')
/** Opens all the files it may, asks for a job, closes them and tells what came of it. */
const program = (job: string) => `
  import { closeSync, openSync } from 'node:fs'
  import { pictureCodec, runJob } from '${FFMPEG}'
  const opened = []
  try { for (;;) opened.push(openSync('/dev/null', 'r')) } catch {}
  const outcome = await ${job}.then(() => 'done', (error) => 'failed: ' + error.message)
  opened.forEach((descriptor) => closeSync(descriptor))
  console.log(outcome)`

const outcomeOf = async (job: string): Promise<string> => {
  const node = [process.execPath, '--input-type=module', '-e', program(job)]
  const { stdout } = await promisify(execFile)('sh', ['-c', 'ulimit -n 128; exec "$@"', 'sh', ...node])
  return stdout.trim()
}

describe('where no process can be begun', () => {
  it.each([
    ['a job', "runJob([{ file: '/dev/null' }], [], '/dev/null', new AbortController().signal)"],
    ['a look at a video', "pictureCodec('/dev/null')"],
  ])('%s fails with the reason, and the device goes on', async (_, job) => {
    expect(await outcomeOf(job)).toMatch(/^failed: .*(EMFILE|undefined)/)
  })
})
