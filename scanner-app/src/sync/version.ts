// Versions of the app: numbers and points; what follows a hyphen or a plus is not compared.

const parts = (v: string) => v.split(/[-+]/)[0]!.split('.').map(Number)

export function older(a: string, b: string): boolean {
  const [x, y] = [parts(a), parts(b)]
  for (let n = 0; n < Math.max(x.length, y.length); n++) {
    const difference = (x[n] ?? 0) - (y[n] ?? 0)
    if (difference) return difference < 0
  }
  return false
}
