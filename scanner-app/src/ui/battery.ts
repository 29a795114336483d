// How full the battery is, 0 to 1, where the browser tells; undefined elsewhere and while it charges.
import { signal, type ReadonlySignal } from '@preact/signals'

interface Battery extends EventTarget { level: number; charging: boolean }

export function watchBattery(): ReadonlySignal<number | undefined> {
  const level = signal<number | undefined>(undefined)
  const ask = (navigator as { getBattery?: () => Promise<Battery> }).getBattery
  ask?.call(navigator).then((battery) => {
    const read = () => { level.value = battery.charging ? undefined : battery.level }
    read()
    battery.addEventListener('levelchange', read)
    battery.addEventListener('chargingchange', read)
  }).catch(() => {})
  return level
}
