// The soak, as long as CI can wait; by hand (make soak) as long as one likes.
import { expect, test } from 'vitest'
import { soak } from './soak'

const minutes = Number(process.env.MINUTES || 0.75), scans = Number(process.env.SCANS || 150)
const seed = Number(process.env.SEED || 20_261_126)

test(`a bad night of ${minutes} minutes and ${scans} scans, seed ${seed}`, async () => {
  const report = await soak({ seed, minutes, scans })
  console.log(Object.entries(report).map(([what, n]) => `${what} ${n}`).join(' · '))
  expect(report.scans).toBeGreaterThanOrEqual(scans)
}, (minutes + 30) * 60_000)
