/** Pairs this phone with the device by the code that `spokecam pair` shows. */
import { useState } from 'preact/hooks'
import { pair } from './api.js'
import { CODE_DIGITS, digitsOf } from './route.js'

const LONGEST_NAME = 60

export function PairView({ code: codeInAddress }: { readonly code: string }) {
  const [code, setCode] = useState(codeInAddress)
  const [name, setName] = useState('Phone')
  const [isAsking, setIsAsking] = useState(false)
  const [trouble, setTrouble] = useState<string | null>(null)

  const submit = async (event: Event) => {
    event.preventDefault()
    if (code.length < CODE_DIGITS) return setTrouble(`The code has ${CODE_DIGITS} digits.`)
    if (name.trim() === '') return setTrouble('Give this phone a name.')
    setIsAsking(true)
    const answer = await pair(code, name.trim())
    setIsAsking(false)
    if (answer.kind === 'refused') return setTrouble(answer.words)
    // The code is used up: it need not stay in the history.
    history.replaceState(null, '', '#/')
    dispatchEvent(new HashChangeEvent('hashchange'))
  }

  return (
    <main class="pair">
      <h1>Pair this phone</h1>
      <p>
        Run <code>spokecam pair</code> on the device. It shows a code of 8 digits, good for 5 minutes.
      </p>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <label>
          Code
          <input
            class="pair-code"
            name="code"
            inputMode="numeric"
            autoComplete="one-time-code"
            value={code}
            onInput={({ currentTarget }) => {
              setCode(digitsOf(currentTarget.value))
              currentTarget.value = digitsOf(currentTarget.value)
            }}
          />
        </label>
        <label>
          Name of this phone
          <input
            name="name"
            autoComplete="off"
            maxLength={LONGEST_NAME}
            value={name}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        </label>
        <p class="trouble" role="alert">
          {trouble}
        </p>
        <button type="submit" class="primary" disabled={isAsking}>
          {isAsking ? 'Pairing…' : 'Pair'}
        </button>
      </form>
    </main>
  )
}
