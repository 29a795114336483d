// Tests speak both languages; the app learns the one that its person reads.
import { learnAll } from '../src/i18n/text'

await Promise.all([learnAll('ar'), learnAll('en')])
