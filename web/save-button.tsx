/** The one button of a moving rider: a touch saves the moment, whatever the link is doing. */
import { signal } from '@preact/signals'
import { saveMoment } from './api.js'
import { savingTold } from './incident-words.js'
import { createSaving, type Saving } from './saving.js'

const saving = signal<Saving>({ waiting: 0, saved: null, failed: null })

/** Not the view's own: what is on its way goes on when the rider looks elsewhere. */
const save = createSaving({
  send: saveMoment,
  changed: (now) => {
    saving.value = now
  },
})

export function SaveButton() {
  const told = savingTold(saving.value)
  return (
    <section class="save" aria-label="Save the moment" data-level={told?.level ?? 'none'}>
      <button type="button" class="primary save-button" data-testid="save-moment" onClick={save}>
        Save the moment
      </button>
      <p class="save-words" role="status" data-testid="save-state">
        {told?.words}
      </p>
    </section>
  )
}
