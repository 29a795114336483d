-- The variance of every line with its band, whether it may still change, and the verdict: see internal/reconcile. Kinds of movement: 0 sale,
-- 1 return, 2 receipt, 3 transfer, 4 write-off; of place: 1 floor, 2 store. Instants are milliseconds.
-- Where most was found, and there when it was looked at, is packed into one number, which is cheaper here than an array or a sort.
with seen as (
  select section, item, sum(quantity)::bigint observed, bool_or(open) open, min(begun) begun, max(ended) ended,
    (max((quantity << 47) | ((2097151 - n)::bigint << 26) | (begun + (ended - begun) / 2 - :as_of)) & 67108863) + :as_of pivot,
    min(begun) filter (where kind = 1) floor_begun, max(ended) filter (where kind = 1) floor_ended,
    (max((quantity << 47) | ((2097151 - n)::bigint << 26) | (begun + (ended - begun) / 2 - :as_of)) filter (where kind = 1) & 67108863) + :as_of floor_pivot,
    min(begun) filter (where kind = 2) store_begun, max(ended) filter (where kind = 2) store_ended,
    (max((quantity << 47) | ((2097151 - n)::bigint << 26) | (begun + (ended - begun) / 2 - :as_of)) filter (where kind = 2) & 67108863) + :as_of store_pivot
  from observation group by section, item
), place as (
  select l.section, l.item, l.book, l.cost, coalesce(s.observed, 0) observed, coalesce(s.open, false) open,
    least(w.begun, s.begun) begun, greatest(w.ended, s.ended) ended, coalesce(s.pivot, w.begun + (w.ended - w.begun) / 2) pivot,
    coalesce(s.ended, w.ended) last, floor_begun, floor_ended, floor_pivot, store_begun, store_ended, store_pivot
  from line l join walk w using (section) left join seen s using (section, item)
), placed as (
  select section, item, m.quantity q, m.booked <= p.last by_then,
    m.booked - :clock - case m.kind when 0 then :sale_early when 1 then 0 when 2 then :receipt_early when 3 then :transfer_early else :writeoff_early end earliest,
    m.booked + :clock + case m.kind when 0 then 0 when 1 then :return_late when 2 then :receipt_late when 3 then :transfer_late else :writeoff_late end latest,
    case when m.kind <= 1 then coalesce(floor_begun, begun) when m.kind = 2 then coalesce(store_begun, begun) else begun end begun,
    case when m.kind <= 1 then coalesce(floor_ended, ended) when m.kind = 2 then coalesce(store_ended, ended) else ended end ended,
    m.booked < case when m.kind <= 1 then coalesce(floor_pivot, pivot) when m.kind = 2 then coalesce(store_pivot, pivot) else pivot end before,
    case when m.position is not null then (m.position <= :position)::int when m.booked < :as_of - :posting - 2 * :clock then 1 else 0 end s_low,
    case when m.position is not null then (m.position <= :position)::int when m.booked <= :as_of then 1 else 0 end s_mid,
    case when m.position is not null then (m.position <= :position)::int when m.booked <= :as_of + 2 * :clock then 1 else 0 end s_high
  from movement m join place p using (section, item)
), effect as (
  select section, item, q, by_then, s_mid,
    q * ((latest < begun)::int - s_high) one, q * ((earliest <= ended)::int - s_low) other,
    q * (case when latest < begun then 1 when earliest > ended then 0 else before::int end - s_mid) mid
  from placed
), moved as (
  select section, item, sum(least(one, other))::bigint low, sum(mid)::bigint mid, sum(greatest(one, other))::bigint high,
    sum(q * (by_then::int - s_mid))::bigint moved, count(*) filter (where one <> other) undecided
  from effect group by section, item
), variance as (
  select section, item, cost, observed, open, begun, ended,
    observed - book - coalesce(mid, 0) v, observed - book - coalesce(high, 0) low, observed - book - coalesce(low, 0) high,
    book + coalesce(moved, 0) expected, coalesce(undecided, 0) undecided
  from place left join moved using (section, item)
), bounded as (
  select *, least(:quantity, abs(expected) * :hundredths / 10000, ((:fils + 1) * 1000000 - 500001) / cost) tolerated from variance
)
select section, item, observed, v, low, high, expected, sign(v)::bigint * ((abs(v) * cost + 500000) / 1000000) as value, undecided,
  (:through < greatest(ended + greatest(:sale_early, :receipt_early, :transfer_early, :writeoff_early, :voiding) + :clock, :as_of + 2 * :clock))::int
    + 2 * (:since > least(begun - greatest(:return_late, :receipt_late, :transfer_late, :writeoff_late) - :clock, :as_of - :posting - 2 * :clock))::int
    + 4 * open::int as provisional,
  case when low >= -tolerated and high <= tolerated then 0 when low > tolerated or high < -tolerated then 2 else 1 end as verdict
from bounded
