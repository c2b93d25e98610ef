-- -> the worker of each lease
local workers = {}
for _, lease in ipairs(call("HVALS", K.leases)) do
  workers[#workers + 1] = string.match(lease, "^%S+ %S+ %S+ (.*)$")
end
return workers
