// Keying a number, digit by digit: what a key makes of it, and how keys are taken back that were none.
import { keyedAfter } from './number'
import { Refuse } from './refusal'
import type { Key } from './types'

export class Keyed<T> {
  /** A point was keyed where numbers are whole. */
  private pointed = false
  /** What each key found standing since anything else was stored. */
  private found: T[] = []

  /**
   * What is keyed after one more key; undefined: the key took back what was refused. A key that has no place is refused. Stood
   * is what before() gives to have this key taken back.
   */
  press(was: string, key: Key, decimals: boolean, stood: T): string | undefined {
    this.found.push(stood)
    // What follows a point that was refused is a fraction, and no more of the whole number.
    if (this.pointed && key === 'back') {
      this.pointed = false
      return undefined
    }
    if (!decimals && (key === '.' || (this.pointed && key !== 'clear'))) {
      this.pointed = true
      throw new Refuse('number-decimals')
    }
    if (key === 'clear') this.pointed = false
    const keyed = keyedAfter(was, key, decimals)
    if (keyed === was && /\d/.test(key) && key !== was) throw new Refuse('number-too-large')
    return keyed
  }

  /** What stood before the last so many keys. */
  before(keys: number): T | undefined { return this.found.slice(-keys)[0] }

  /** Something else was stored. */
  forget(): void {
    this.found = []
    this.pointed = false
  }
}
