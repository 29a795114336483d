// What a scan is answered with: three sounds that cannot be mistaken for each other in a loud shop, each with a vibration of
// its own. Browsers stay silent until the first tap; unlock is called by one ("start counting").
export type Answer = 'ok' | 'check' | 'unknown'

// A note: hertz, when it starts and how long it lasts in seconds, and its timbre.
type Note = readonly [hertz: number, start: number, length: number, timbre: OscillatorType]

const notes: Record<Answer, readonly Note[]> = {
  ok: [[1760, 0, 0.07, 'sine']],
  check: [[988, 0, 0.09, 'triangle'], [988, 0.15, 0.09, 'triangle']],
  unknown: [[330, 0, 0.16, 'square'], [220, 0.17, 0.26, 'square']],
}
const vibrations: Record<Answer, number[]> = { ok: [40], check: [60, 70, 60], unknown: [260] }

export interface Sound {
  unlock(): void
  play(answer: Answer): void
  unlocked(): boolean
}

export function makeSound(enabled: () => { sound: boolean; vibration: boolean }): Sound {
  let context: AudioContext | undefined
  return {
    unlock() {
      context ??= typeof AudioContext === 'undefined' ? undefined : new AudioContext({ latencyHint: 'interactive' })
      if (context?.state === 'suspended') void context.resume()
    },
    unlocked: () => context?.state === 'running',
    play(answer) {
      const on = enabled()
      if (on.vibration && navigator.userActivation?.hasBeenActive !== false) navigator.vibrate?.(vibrations[answer])
      if (!on.sound || !context) return
      if (context.state !== 'running') void context.resume() // the system suspends it behind a call or a locked screen
      const now = context.currentTime
      for (const [hertz, start, length, timbre] of notes[answer]) {
        const tone = context.createOscillator()
        const gain = context.createGain()
        tone.type = timbre
        tone.frequency.value = hertz
        const loud = timbre === 'square' ? 0.35 : 0.8
        gain.gain.setValueAtTime(0, now + start)
        gain.gain.linearRampToValueAtTime(loud, now + start + 0.005) // no click at either end
        gain.gain.setValueAtTime(loud, now + start + length - 0.015)
        gain.gain.linearRampToValueAtTime(0, now + start + length)
        tone.connect(gain).connect(context.destination)
        tone.start(now + start)
        tone.stop(now + start + length)
      }
    },
  }
}
