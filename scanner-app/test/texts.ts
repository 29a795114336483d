// Tests speak both languages; the app learns the one that its person reads.
import { learn } from '../src/i18n/text'

await Promise.all([learn('ar'), learn('en')])
