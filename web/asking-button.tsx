/** A button that acts on the second touch, so that a glove does not. */
import { useEffect, useState } from 'preact/hooks'

interface AskingButtonProps {
  readonly words: string
  /** What it acts on. */
  readonly label: string
  readonly isBusy: boolean
  readonly act: () => void
}

const ASKS_FOR_MS = 4_000

export function AskingButton({ words, label, isBusy, act }: AskingButtonProps) {
  const [isAsking, setIsAsking] = useState(false)
  useEffect(() => {
    if (!isAsking) return
    const timer = setTimeout(() => setIsAsking(false), ASKS_FOR_MS)
    return () => clearTimeout(timer)
  }, [isAsking])

  const touch = () => {
    if (isAsking) act()
    setIsAsking(!isAsking)
  }
  return (
    <button
      type="button"
      class="asking-button"
      data-asking={isAsking}
      disabled={isBusy}
      aria-label={isAsking ? `Really ${words.toLowerCase()} ${label}` : `${words} ${label}`}
      onClick={touch}
    >
      {isAsking ? 'Really?' : words}
    </button>
  )
}
