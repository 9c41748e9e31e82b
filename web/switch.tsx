/** A switch that a glove hits: the whole line of it. */

interface SwitchProps {
  readonly label: string
  readonly isOn: boolean
  readonly change: (isOn: boolean) => void
}

export function Switch({ label, isOn, change }: SwitchProps) {
  return (
    <button type="button" class="switch" role="switch" aria-checked={isOn} onClick={() => change(!isOn)}>
      <span>{label}</span>
      <span class="switch-knob" aria-hidden="true" />
    </button>
  )
}
