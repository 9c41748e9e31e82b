/** The settings the page may change, for as long as they are looked at; what was changed counts once the device has answered. */
import { useEffect, useState } from 'preact/hooks'
import type { PageSettings, SettingsChange } from '../core/ride/settings.js'
import { changeSettings, getSettings } from './api.js'
import type { Looked } from './use-ride.js'

export function useSettings() {
  const [settings, setSettings] = useState<Looked<PageSettings>>(null)
  const [trouble, setTrouble] = useState<string | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  useEffect(() => {
    void getSettings().then(setSettings)
  }, [])

  /** Answers whether it holds from now on. */
  const change = async (wish: SettingsChange): Promise<boolean> => {
    setIsBusy(true)
    const answer = await changeSettings(wish)
    setIsBusy(false)
    setTrouble(answer.kind === 'refused' ? answer.words : null)
    if (answer.kind === 'done') setSettings(answer)
    return answer.kind === 'done'
  }
  return { settings, change, trouble, isBusy }
}
