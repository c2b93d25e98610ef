-- What every writer of stories begins with: the last of ARGV is what the caller believes of
-- `written`; if that is not so, or it is held, the script does nothing.

local written, held, rulings = unpack(redis.call('MGET', lasting .. 'written', lasting .. 'held',
  lasting .. 'rulings:version'))
if (written or '') ~= ARGV[#ARGV] or held then
  return redis.error_reply('SUPERSEDED other generations are written, or they are being switched')
end
rulings = rulings or ''

