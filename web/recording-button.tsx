/** Begins and ends a recording; ending it takes a second touch, so that a glove does not. */
import { useEffect, useState } from 'preact/hooks'
import { setRecording } from './api.js'

const ASKS_FOR_MS = 4_000

export function RecordingButton({ isOn }: { readonly isOn: boolean }) {
  const [isAsking, setIsAsking] = useState(false)
  const [isBusy, setIsBusy] = useState(false)
  const [trouble, setTrouble] = useState<string | null>(null)

  useEffect(() => {
    if (!isAsking) return
    const timer = setTimeout(() => setIsAsking(false), ASKS_FOR_MS)
    return () => clearTimeout(timer)
  }, [isAsking])
  useEffect(() => setIsAsking(false), [isOn])

  const touch = async () => {
    if (isOn && !isAsking) return setIsAsking(true)
    setIsBusy(true)
    setTrouble(null)
    const answer = await setRecording(!isOn)
    setIsBusy(false)
    setIsAsking(false)
    setTrouble(answer.kind === 'refused' ? 'Failed: again?' : null)
  }

  return (
    <button
      type="button"
      class="recording-button"
      data-testid="recording-button"
      data-asking={isAsking}
      disabled={isBusy}
      onClick={() => void touch()}
    >
      {trouble ?? (isAsking ? 'Really stop?' : isOn ? 'Stop' : 'Start')}
    </button>
  )
}
