/** One of a few choices, each a button of its own size. */

interface ChoicesProps<Value> {
  readonly label: string
  readonly choices: readonly (readonly [Value, string])[]
  readonly chosen: Value | null
  readonly choose: (value: Value) => void
}

export function Choices<Value extends string | number>({ label, choices, chosen, choose }: ChoicesProps<Value>) {
  return (
    <fieldset class="choices">
      <legend>{label}</legend>
      {choices.map(([value, words]) => (
        <button key={value} type="button" aria-pressed={value === chosen} onClick={() => choose(value)}>
          {words}
        </button>
      ))}
    </fieldset>
  )
}
