// The band of a variance against what is tolerated, as shares of a bar: zero in the middle, shortage left of it.

export interface Bar { from: number; to: number; at: number; inside: [number, number] | null }

const unlimited = 2 ** 52

/** positions from 0 to 1; inside is what is tolerated, null where there is no bound to draw */
export function bar(variance: number, low: number, high: number, limit: number): Bar {
  const bounded = limit < unlimited
  const half = Math.max(Math.abs(low), Math.abs(high), bounded ? limit * 1.4 : 0, 1) * 1.1
  const x = (n: number) => 0.5 + n / half / 2
  return { from: x(low), to: x(high), at: x(variance), inside: bounded ? [x(-limit), x(limit)] : null }
}
