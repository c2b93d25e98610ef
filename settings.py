"""Every default, a constant with its unit. Scrapy reads this file; so does `crawler.config`.

Operators change them in a file of their own, `settings.toml` in the home; environment variables
carry only addresses and secrets (docs/reference/settings.md).
"""

# --- who we are ------------------------------------------------------------------------------
BOT_NAME = "kordon"
USER_AGENT = "Kordon/0.1 (news deduplication crawler{contact})"  # {contact}: KORDON_CONTACT
CONTACT = ""  # an address publishers can write to; KORDON_CONTACT overrides

# --- what is collected -----------------------------------------------------------------------
TOPICS = ("ukraine-border",)
SHIPPED_FEEDS = True  # False: only feeds that the operator added, imported or listed

# --- politeness ------------------------------------------------------------------------------
HOST_RATE_PER_SECOND = 1.0  # one at a time per host besides; a longer Crawl-delay wins
ROBOTS_LIFETIME_SECONDS = 86_400  # RFC 9309 2.4: at most a day
ROBOTS_MAX_BYTES = 512_000  # RFC 9309 2.5: at least 500 KiB are read
CRAWL_DELAY_LONGEST_SECONDS = 60

# --- polling ---------------------------------------------------------------------------------
POLL_SHORTEST_SECONDS = 3_600
POLL_UNCONDITIONAL_SECONDS = 86_400  # the same for a feed that gives no validators to ask with
POLL_LONGEST_SECONDS = 86_400
POLL_FIRST_SECONDS = 3_600
POLL_PATIENCE_HOURS = 1.0  # one request is worth an entry's wait; docs/decisions/0130
POLL_PUSHED_SECONDS = 21_600  # for safety, while a hub (WebSub) tells of news
POLL_FASTER_HOSTS = ()  # agencies that may be polled faster, by agreement or their own word
POLL_FASTER_SECONDS = 300

# --- fetching --------------------------------------------------------------------------------
FETCH_HEADER_SECONDS = 15
FETCH_BODY_SECONDS = 30
FETCH_MAX_BYTES = 8_388_608  # after decompression
FETCH_MAX_REDIRECTS = 5
FETCH_ALLOW_ADDRESSES = ()  # networks beyond the public internet that may be met ("10.0.0.0/8")

# --- the frontier ----------------------------------------------------------------------------
IN_FLIGHT = 32  # claims one process holds at once
LEASE_SECONDS = 120
RETRIES = 3
RETRY_FIRST_SECONDS = 60
RETRY_LONGEST_SECONDS = 21_600
SEEN_DAYS = 60  # after an entry was last listed by its feed
DEAD_DAYS = 30
FIRST_RUN_MAX_PAGES = 2_000

# --- preparing -------------------------------------------------------------------------------
PREPARE_WORKERS = 0  # 0: one for each core
PREPARE_DEADLINE_SECONDS = 20
PREPARE_MEMORY_BYTES = 2_147_483_648
FEED_DEADLINE_SECONDS = 10

# --- stories ---------------------------------------------------------------------------------
CANDIDATE_DAYS = 14  # how long an article can be found as a look-alike
STORY_DAYS = 90  # after a story's last change
CHANGES_DAYS = 14  # how long an event can be read again
CHANGES_MAX_LENGTH = 100_000  # events kept for consumers, each topic

# --- webhooks --------------------------------------------------------------------------------
HOOK_DEADLINE_SECONDS = 10  # for a receiver to begin its answer, and as long again to end it
HOOK_ATTEMPTS = 15  # of one delivery, over about a day; then it is a dead letter
HOOK_SUSPEND_DAYS = 3  # after so long without a success a hook is told no more
HOOK_ALLOW_ADDRESSES = ()  # networks of receivers beyond the public internet ("10.0.0.0/8")

# --- Scrapy, made safe (docs/decisions/0002-scrapy-settings.md) ------------------------------
SPIDER_MODULES = ["spiders"]
NEWSPIDER_MODULE = "spiders"
COMMANDS_MODULE = "crawler.cli.scrapy_commands"  # `scrapy crawl feeds` is `kordon run`
TWISTED_REACTOR_ENABLED = False  # Scrapy runs on the command's own event loop
REMOTE_CONTROL_ENABLED = False  # on by default in 2.19, and runs arbitrary Python
TELNETCONSOLE_ENABLED = False
COOKIES_ENABLED = False
REFERER_ENABLED = False
METAREFRESH_ENABLED = False
RETRY_ENABLED = False  # the frontier retries, durably
ROBOTSTXT_OBEY = False  # crawler.middlewares.manners does, within the host's budget
COMPRESSION_ENABLED = False  # the download handler decompresses under its byte cap
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # the frontier knows what was seen
REDIRECT_MAX_TIMES = FETCH_MAX_REDIRECTS
DOWNLOAD_DELAY = 0  # the frontier hands out turns
DOWNLOAD_MAXSIZE = FETCH_MAX_BYTES
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_TIMEOUT = FETCH_BODY_SECONDS
DOWNLOAD_VERIFY_CERTIFICATES = True
CONCURRENT_REQUESTS = 2 * IN_FLIGHT
CONCURRENT_REQUESTS_PER_DOMAIN = 8
CONCURRENT_ITEMS = 2
SCRAPER_SLOT_MAX_ACTIVE_SIZE = IN_FLIGHT * FETCH_MAX_BYTES  # else one large page stops the crawl
LOG_LEVEL = "WARNING"
LOG_ENABLED = True
LOG_FORMATTER = "crawler.middlewares.log_format.ItemLogFormatter"
STATS_DUMP = False
DOWNLOADER_STATS = False  # crawler.telemetry counts
LOGSTATS_INTERVAL = 0
DOWNLOAD_HANDLERS = {
    "http": "crawler.middlewares.handler.GuardedDownloadHandler",
    "https": "crawler.middlewares.handler.GuardedDownloadHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.manners.MannersMiddleware": 605,  # sees a redirect before it is followed
    "crawler.middlewares.redirects.RedirectsMiddleware": 600,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": None,
}
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,  # statuses are ours to judge
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,  # crawler.fetch.urls does
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
}
EXTENSIONS = {
    "scrapy.extensions.remote_control.RemoteControl": None,
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.memusage.MemoryUsage": None,
    "scrapy.extensions.feedexport.FeedExporter": None,
}
ITEM_PIPELINES = {
    "pipelines.prepare.PreparePipeline": 100,
    "pipelines.keep.KeepPipeline": 200,
    "pipelines.place.PlacePipeline": 300,
}
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate, br",
}
